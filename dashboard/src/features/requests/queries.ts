import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { RequestQuery } from '@/api/types';

const PAGE = 50;

export function requestsQuery(filter: RequestQuery) {
  return infiniteQueryOptions({
    queryKey: ['requests', filter],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET('/v1/requests', {
          params: { query: { ...filter, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function requestQuery(id: string) {
  return queryOptions({
    queryKey: ['request', id],
    queryFn: () => data(api.GET('/v1/requests/{id}', { params: { path: { id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
