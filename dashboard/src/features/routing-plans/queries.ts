import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const plansQuery = queryOptions({
  queryKey: ['routing-plans'],
  queryFn: async () => (await data(api.GET('/v1/routing-plans'))).routing_plans,
});
