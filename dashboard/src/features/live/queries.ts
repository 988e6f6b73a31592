import { queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';

const LIVE_MAX = 200;

/** The calls that are live now, newest first. */
export const liveCallsQuery = queryOptions({
  queryKey: ['live', 'calls'],
  queryFn: async () => {
    const of = async (status: 'ringing' | 'in_progress') =>
      (await data(api.GET('/v1/calls', { params: { query: { status, limit: LIVE_MAX } } }))).calls;
    const both = (await Promise.all([of('ringing'), of('in_progress')])).flat();
    return both.sort((a, b) => b.started_at.localeCompare(a.started_at));
  },
});
