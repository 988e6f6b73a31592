import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { HOURS, type Traffic } from '@/components/traffic';
import { outgoingQuery } from './queries';

const AGAIN_MS = 30_000;
const HOUR_MS = 3_600_000;

/** What all outgoing webhooks delivered in a day, in one answer. */
const trafficQuery = queryOptions({
  queryKey: [...outgoingQuery.queryKey, 'traffic'],
  queryFn: async () => {
    const from = new Date(Date.now() - (HOURS - 1) * HOUR_MS).toISOString();
    const { outgoing_webhooks } = await data(
      api.GET('/v1/outgoing-webhooks/traffic', { params: { query: { from, step: HOUR_MS / 1000 } } }),
    );
    return new Map(
      outgoing_webhooks.map((each): [string, Traffic] => [
        each.outgoing_webhook_id,
        {
          points: each.points.map(({ deliveries, failed }) => ({ all: deliveries, bad: failed })),
          all: each.deliveries,
          bad: each.failed,
          lastAt: each.last_delivery_at,
        },
      ]),
    );
  },
  refetchInterval: AGAIN_MS,
});

export function useDeliveryTraffic(id: string) {
  const { data } = useQuery(trafficQuery);
  return { isRead: data !== undefined, of: data?.get(id) };
}
