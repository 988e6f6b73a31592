import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import type { Webhook } from '@/api/types';
import { webhooksQuery } from './queries';
import { WholeWebhook } from './whole';

/** What can be done with an incoming webhook as a whole. */
export function WebhookDeeds({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { id: webhook.id } } };
  const again = () => client.invalidateQueries({ queryKey: webhooksQuery.queryKey });
  return (
    <WholeWebhook
      webhook={webhook}
      noun="key"
      rotate={async (overlap_hours) => {
        const made = await data(api.POST('/v1/webhooks/{id}/rotate', { ...path, body: { overlap_hours } }));
        return { secret: made.key, until: made.old_keys_until };
      }}
      disabled="Disabled: its key now gets 401."
      setEnabled={async (enabled) => {
        await data(api.PATCH('/v1/webhooks/{id}', { ...path, body: { enabled } }));
        await again();
      }}
      remove={async () => {
        await data(api.DELETE('/v1/webhooks/{id}', path));
        await navigate({ to: '/webhooks/incoming' });
        await again();
      }}
    >
      Its keys end on every node within 5 seconds, and whoever still sends to it gets 401. Its requests stay
      in the log.
    </WholeWebhook>
  );
}
