import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const flowsQuery = queryOptions({
  queryKey: ['flows'],
  queryFn: async () => (await data(api.GET('/v1/flows'))).flows,
});

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', id],
    queryFn: () => data(api.GET('/v1/flows/{id}', { params: { path: { id } } })),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', id, 'versions'],
    queryFn: async () =>
      (await data(api.GET('/v1/flows/{id}/versions', { params: { path: { id } } }))).versions,
  });

/** A version never changes. */
export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['flows', id, 'versions', version],
    queryFn: () => data(api.GET('/v1/flows/{id}/versions/{version}', { params: { path: { id, version } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
