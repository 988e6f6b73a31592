import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const endpointsQuery = queryOptions({
  queryKey: ['rtb-endpoints'],
  queryFn: async () => (await data(api.GET('/v1/rtb-endpoints'))).rtb_endpoints,
});
