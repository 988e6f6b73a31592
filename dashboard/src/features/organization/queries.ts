import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: () => data(api.GET('/v1/organization')),
  staleTime: 60_000,
});
