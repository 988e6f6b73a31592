import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { ViewPage } from '@/api/types';

export function viewsQuery(page: ViewPage) {
  return queryOptions({
    queryKey: ['views', page],
    queryFn: async () => (await data(api.GET('/v1/views', { params: { query: { page } } }))).views,
  });
}
