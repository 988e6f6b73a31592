import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const targetsQuery = queryOptions({
  queryKey: ['targets'],
  queryFn: async () => (await data(api.GET('/v1/targets'))).targets,
});
