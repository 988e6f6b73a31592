import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { WholeWebhook } from '../webhooks/whole';
import type { OutgoingWebhook } from './form';
import { outgoingQuery } from './queries';
import { SHOWN_ONCE } from './signing';

const HOUR = 3_600;

/** What can be done with an outgoing webhook as a whole. */
export function OutgoingDeeds({ webhook }: { webhook: OutgoingWebhook }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { id: webhook.id } } };
  const again = () => client.invalidateQueries({ queryKey: outgoingQuery.queryKey });
  return (
    <WholeWebhook
      webhook={webhook}
      noun="secret"
      why={SHOWN_ONCE}
      rotate={async (hours) => {
        const { signing_secret, old_secret_until } = await data(
          api.POST('/v1/outgoing-webhooks/{id}/rotate-secret', {
            ...path,
            body: { overlap_seconds: hours * HOUR },
          }),
        );
        await again();
        return { secret: signing_secret, until: old_secret_until ?? undefined };
      }}
      disabled="Disabled: nothing is told, and what was still to be sent is dropped."
      setEnabled={async (enabled) => {
        await data(api.PATCH('/v1/outgoing-webhooks/{id}', { ...path, body: { enabled } }));
        await again();
      }}
      remove={async () => {
        await data(api.DELETE('/v1/outgoing-webhooks/{id}', path));
        await navigate({ to: '/webhooks/outgoing' });
        await again();
      }}
    >
      Nothing is told to it any more; what is still to be delivered is dropped. Its deliveries stay in the
      log.
    </WholeWebhook>
  );
}
