import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Webhook } from '@/api/types';
import { Button } from '@/components/button';
import { useSave } from '@/components/form';
import { ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { useMay } from '../access/session';
import { formOf, fromForm, type SettingsForm } from './settings';
import { SettingsFields } from './settings-fields';

/** Changes what a webhook is set to. */
export function WebhookSettingsForm({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const form = useForm<SettingsForm>({ defaultValues: formOf(webhook) });
  const may = useMay('manager');
  const { submit, problem, busy } = useSave(form, async (values) => {
    await data(
      api.PATCH('/v1/webhooks/{id}', {
        params: { path: { id: webhook.id } },
        body: { name: values.name, settings: fromForm(webhook.type, values) },
      }),
    );
    await client.invalidateQueries({ queryKey: ['webhooks'] });
    say('Settings saved; every node has them within 5 seconds.');
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
      <fieldset disabled={!may}>
        <SettingsFields form={form} type={webhook.type} />
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
