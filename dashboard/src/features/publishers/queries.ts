import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { Group } from '@/api/types';

export const publishersQuery = queryOptions({
  queryKey: ['publishers'],
  queryFn: async (): Promise<Group[]> => (await data(api.GET('/v1/publishers'))).publishers ?? [],
});
