import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const numbersQuery = queryOptions({
  queryKey: ['numbers'],
  queryFn: async () => (await data(api.GET('/v1/numbers'))).numbers,
});
