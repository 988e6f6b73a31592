import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Webhook } from '@/api/types';
import { say } from '@/components/toast';
import { formOf, fromForm, type SettingsForm } from './settings';
import { SettingsFields } from './settings-fields';
import { SettingsFrame } from './settings-frame';

/** Changes what a webhook is set to. */
export function WebhookSettingsForm({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const form = useForm<SettingsForm>({ defaultValues: formOf(webhook) });
  const save = async (values: SettingsForm) => {
    await data(
      api.PATCH('/v1/webhooks/{id}', {
        params: { path: { id: webhook.id } },
        body: { name: values.name, settings: fromForm(webhook.type, values) },
      }),
    );
    await client.invalidateQueries({ queryKey: ['webhooks'] });
    say('Settings saved; every node has them within 5 seconds.');
  };
  return (
    <SettingsFrame form={form} save={save}>
      <SettingsFields form={form} type={webhook.type} />
    </SettingsFrame>
  );
}
