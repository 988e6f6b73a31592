import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { operations } from '@/api/schema';

const PAGE = 50;
/** How often it is asked what became of one that is on its way. */
const AGAIN_MS = 2_000;

export type DeliveryQuery = NonNullable<operations['list_deliveries']['parameters']['query']>;

export const outgoingQuery = queryOptions({
  queryKey: ['outgoing-webhooks'],
  queryFn: async () => (await data(api.GET('/v1/outgoing-webhooks'))).outgoing_webhooks,
});

export function deliveriesQuery(filter: DeliveryQuery) {
  return infiniteQueryOptions({
    queryKey: ['deliveries', filter],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET('/v1/deliveries', {
          params: { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['deliveries', 'one', id],
    queryFn: () => data(api.GET('/v1/deliveries/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === 'pending' ? AGAIN_MS : false),
  });
