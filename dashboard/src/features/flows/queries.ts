import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const flowsQuery = queryOptions({
  queryKey: ['flows'],
  queryFn: async () => (await data(api.GET('/v1/flows'))).flows,
});
