import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { Group } from '@/api/types';

export const campaignsQuery = queryOptions({
  queryKey: ['campaigns'],
  queryFn: async (): Promise<Group[]> => (await data(api.GET('/v1/campaigns'))).campaigns ?? [],
});
