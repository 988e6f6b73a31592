import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export const customTagsQuery = queryOptions({
  queryKey: ['custom-tags'],
  queryFn: async () => (await data(api.GET('/v1/custom-tags'))).custom_tags,
});
