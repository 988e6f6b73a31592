import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { HOURS, type Traffic } from '@/components/traffic';

const AGAIN_MS = 30_000;

/** What all webhooks were sent in a day, in one answer. */
const trafficQuery = queryOptions({
  queryKey: ['webhooks', 'traffic'],
  queryFn: async () => {
    const { webhooks } = await data(api.GET('/v1/webhooks/traffic', { params: { query: { hours: HOURS } } }));
    return new Map(
      webhooks.map((each): [string, Traffic] => [
        each.webhook_id,
        {
          points: each.points.map(({ requests, refused }) => ({ all: requests, bad: refused })),
          all: each.requests,
          bad: each.refused,
          lastAt: each.last_request_at,
        },
      ]),
    );
  },
  refetchInterval: AGAIN_MS,
});

export function useTraffic(id: string) {
  const { data } = useQuery(trafficQuery);
  return { isRead: data !== undefined, of: data?.get(id) };
}
