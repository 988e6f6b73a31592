import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { ReportQuery } from '@/api/types';

const FRESH_MS = 30_000;
const AGAIN_MS = 60_000;

/** A report that ends now goes on by itself. */
export function reportQuery(query: ReportQuery, isOngoing = false) {
  return queryOptions({
    queryKey: ['report', query],
    queryFn: ({ signal }) => data(api.GET('/v1/reports/calls', { params: { query }, signal })),
    staleTime: FRESH_MS,
    ...(isOngoing ? { refetchInterval: AGAIN_MS } : {}),
    // The old figures stay, paler, while the new ones are read: nothing jumps.
    placeholderData: keepPreviousData,
  });
}
