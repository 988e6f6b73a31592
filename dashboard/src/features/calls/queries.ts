import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { CallQuery } from '@/api/types';

const PAGE = 50;

export function callsQuery(filter: CallQuery) {
  return infiniteQueryOptions({
    queryKey: ['calls', filter],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET('/v1/calls', {
          params: { query: { ...filter, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function callQuery(id: string) {
  return queryOptions({
    queryKey: ['call', id],
    queryFn: () => data(api.GET('/v1/calls/{id}', { params: { path: { id } } })),
  });
}

export function decisionQuery(id: string) {
  return queryOptions({
    queryKey: ['call', id, 'decision'],
    queryFn: async () =>
      (await data(api.GET('/v1/calls/{id}/decision', { params: { path: { id } } }))).decisions,
  });
}
