import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { Section } from '@/components/page';
import { Time } from '@/components/values';
import { useOutgoingName } from '../names';
import { StateBadge } from './delivery-state';

const AGAIN_MS = 5_000;
const SHOWN_MAX = 50;

/** What was told of a call, and to whom; nothing is shown where nobody is told anything. */
export function DeliveriesOfCall({ call, live }: { call: string; live: boolean }) {
  const name = useOutgoingName();
  const deliveries = useQuery({
    queryKey: ['deliveries', 'of', call],
    queryFn: async () =>
      (await data(api.GET('/v1/deliveries', { params: { query: { call_log_id: call, limit: SHOWN_MAX } } })))
        .deliveries,
    refetchInterval: ({ state }) =>
      live || state.data?.some((each) => each.state === 'pending') ? AGAIN_MS : false,
  }).data;
  if (!deliveries || deliveries.length === 0) return null;
  return (
    <Section title="Deliveries" count={deliveries.length} flush>
      <ul>
        {deliveries.map((delivery) => (
          <li key={delivery.id} className="border-b last:border-b-0">
            <Link
              to="/deliveries/$id"
              params={{ id: delivery.id }}
              className="grid grid-cols-[1fr_auto] items-center gap-x-2 px-4 py-2 hover:bg-sunken"
            >
              <span className="truncate font-medium">{name(delivery.outgoing_webhook_id)}</span>
              <span className="justify-self-end">
                <StateBadge state={delivery.state} />
              </span>
              <span className="truncate font-mono text-2xs text-ink-3">{delivery.event}</span>
              <span className="text-right text-xs text-ink-3">
                <Time at={delivery.due_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
