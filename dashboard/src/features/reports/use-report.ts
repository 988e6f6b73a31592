import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ReportQuery } from '@/api/types';
import { chartUnit, chosenBy } from './by';
import type { ReportSearch } from './filters';
import { periodOf } from './period';
import { reportQuery } from './queries';

/** Everything that the page shows, asked for by what stands in the address. */
export function useReport(search: ReportSearch, zone: string, now: number) {
  const period = useMemo(
    () => periodOf(search, zone, now),
    [search.range, search.from, search.to, zone, now],
  );
  const by = chosenBy(search.by, period.days);
  const unit = chartUnit(by, period.days);
  const query = (by: string, { from, to }: { from: number; to: number }): ReportQuery => ({
    by,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    time_zone: zone,
    ...(search.campaign ? { campaign_id: search.campaign } : {}),
    ...(search.publisher ? { publisher_id: search.publisher } : {}),
    ...(search.target ? { target: search.target } : {}),
  });
  return {
    period,
    by,
    unit,
    table: useQuery(reportQuery(query(by, period), period.isOngoing)),
    chart: useQuery(reportQuery(query(unit, period), period.isOngoing)),
    before: useQuery(reportQuery(query(unit, period.before))),
  };
}
