import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import { say } from '@/components/toast';
import { SettingsFrame } from '../webhooks/settings-frame';
import { OutgoingFields } from './fields';
import { fromForm, type OutgoingForm, type OutgoingWebhook, toForm } from './form';
import { outgoingQuery } from './queries';

/** Changes what an outgoing webhook is set to. */
export function OutgoingSettingsForm({ webhook }: { webhook: OutgoingWebhook }) {
  const client = useQueryClient();
  const form = useForm<OutgoingForm>({ defaultValues: toForm(webhook) });
  const save = async (values: OutgoingForm) => {
    await data(
      api.PATCH('/v1/outgoing-webhooks/{id}', {
        params: { path: { id: webhook.id } },
        body: fromForm(values),
      }),
    );
    await client.invalidateQueries({ queryKey: outgoingQuery.queryKey });
    say('Settings saved; events from now on follow them.');
  };
  return (
    <SettingsFrame form={form} save={save}>
      <OutgoingFields form={form} />
    </SettingsFrame>
  );
}
