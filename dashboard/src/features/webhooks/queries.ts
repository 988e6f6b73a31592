import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async () => (await data(api.GET('/v1/webhooks'))).webhooks,
});
