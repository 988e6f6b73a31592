import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { ReportQuery } from '@/api/types';

const FRESH_MS = 30_000;

export function reportQuery(query: ReportQuery) {
  return queryOptions({
    queryKey: ['report', query],
    queryFn: ({ signal }) => data(api.GET('/v1/reports/calls', { params: { query }, signal })),
    staleTime: FRESH_MS,
    // The old figures stay, paler, while the new ones are read: nothing jumps.
    placeholderData: keepPreviousData,
  });
}
