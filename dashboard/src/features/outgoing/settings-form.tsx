import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import { Button } from '@/components/button';
import { useSave } from '@/components/form';
import { ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { useMay } from '../access/session';
import { OutgoingFields } from './fields';
import { fromForm, type OutgoingForm, type OutgoingWebhook, toForm } from './form';
import { outgoingQuery } from './queries';

/** Changes what an outgoing webhook is set to. */
export function OutgoingSettingsForm({ webhook }: { webhook: OutgoingWebhook }) {
  const client = useQueryClient();
  const form = useForm<OutgoingForm>({ defaultValues: toForm(webhook) });
  const may = useMay('manager');
  const { submit, problem, busy } = useSave(form, async (values) => {
    await data(
      api.PATCH('/v1/outgoing-webhooks/{id}', {
        params: { path: { id: webhook.id } },
        body: fromForm(values),
      }),
    );
    await client.invalidateQueries({ queryKey: outgoingQuery.queryKey });
    say('Settings saved; events from now on follow them.');
  });
  return (
    <form
      noValidate
      className="grid max-w-3xl gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <fieldset disabled={!may} className="min-w-0">
        <OutgoingFields form={form} />
      </fieldset>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {may && (
        <div className="flex gap-2">
          <Button type="submit" kind="primary" busy={busy} disabled={!form.formState.isDirty}>
            Save settings
          </Button>
          {form.formState.isDirty && <Button onClick={() => form.reset()}>Undo</Button>}
        </div>
      )}
    </form>
  );
}
