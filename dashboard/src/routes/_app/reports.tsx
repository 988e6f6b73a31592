import { useQuery } from '@tanstack/react-query';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { ChartColumn, Download, RotateCw } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { CallReport } from '@/api/types';
import { pick } from '@/app/search';
import { Button, IconButton } from '@/components/button';
import { cx } from '@/components/cx';
import { DataTable } from '@/components/data-table';
import { plural } from '@/components/format';
import { Page, Section } from '@/components/page';
import { Empty, ErrorState, Skeleton } from '@/components/states';
import { Time } from '@/components/values';
import { useMay } from '@/features/access/session';
import { customTagsQuery } from '@/features/custom-tags/queries';
import { drillDown, timeUnit } from '@/features/reports/by';
import { byLabel, reportColumns } from '@/features/reports/columns';
import { download, reportCsv } from '@/features/reports/csv';
import { readSort, sorted } from '@/features/reports/figures';
import { ReportFilters, type ReportSearch } from '@/features/reports/filters';
import { spanText } from '@/features/reports/period';
import { Totals } from '@/features/reports/totals';
import { useReport } from '@/features/reports/use-report';
import { isZone, usualZone, zoneText } from '@/features/reports/zone';

const Chart = lazy(() => import('@/features/reports/chart'));

export const Route = createFileRoute('/_app/reports')({
  validateSearch: pick('range', 'from', 'to', 'by', 'zone', 'campaign', 'publisher', 'target', 'sort'),
  // Days are those of a zone: a link without one would show others something else.
  beforeLoad: ({ search }: { search: ReportSearch }) => {
    if (!isZone(search.zone))
      throw redirect({ to: '/reports', search: { ...search, zone: usualZone() }, replace: true });
  },
  component: Reports,
});

function Reports() {
  const search: ReportSearch = Route.useSearch();
  const navigate = Route.useNavigate();
  const mayExport = useMay('analyst');
  const [now, setNow] = useState(Date.now);
  const zone = search.zone ?? 'UTC';
  const { period, by, unit, table, chart, before } = useReport(search, zone, now);
  const label = byLabel(by, useQuery(customTagsQuery).data ?? []);
  const sort = readSort(search.sort);
  const total = chart.data?.total ?? table.data?.total;
  const beforeText = spanText(period.before, zone, now);
  const change = (next: Partial<Record<keyof ReportSearch, string | undefined>>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });

  const rows = useMemo(() => {
    const all = table.data?.rows;
    // A report by time is read from now on back.
    return all && sorted(timeUnit(by) && !sort ? [...all].reverse() : all, sort);
  }, [table.data, by, search.sort]);
  const columns = useMemo(
    () =>
      reportColumns({
        by,
        label,
        total: table.data?.total,
        most: Math.max(0, ...(table.data?.rows ?? []).map((row) => row.revenue_paid_out)),
        sort,
        onSort: (next) => change({ sort: next }),
        callsOf: (row) => drillDown(by, row.item, filtersOf(search), period, zone),
      }),
    [by, label, table.data, search, period, zone],
  );
  const isFetching = table.isFetching || chart.isFetching || before.isFetching;

  return (
    <Page
      title="Reports"
      lead={<Basis period={spanText(period, zone, now)} zone={zone} report={chart.data} />}
      actions={
        <>
          <IconButton
            label="Refresh"
            onClick={() => {
              setNow(Date.now());
              for (const each of [table, chart, before]) void each.refetch();
            }}
          >
            <RotateCw className={cx('size-4', isFetching && 'animate-spin')} strokeWidth={1.75} aria-hidden />
          </IconButton>
          {mayExport && (
            <Button
              disabled={!table.data || table.isPlaceholderData}
              onClick={() =>
                table.data && download(fileName(by, period.first, period.last), reportCsv(table.data))
              }
            >
              <Download className="size-3.5" aria-hidden /> Export CSV
            </Button>
          )}
        </>
      }
    >
      <ReportFilters search={search} period={period} by={by} zone={zone} onChange={change} />
      <Totals total={total} before={before.data?.total} beforeText={beforeText} />
      <Section
        title="Revenue, payout and calls"
        className={cx('mb-4', chart.isPlaceholderData && 'opacity-60')}
        actions={
          <Against text={beforeText} isOngoing={period.isOngoing} isEmpty={before.data?.total.calls === 0} />
        }
      >
        <Plot
          report={chart.data}
          problem={chart.error}
          retry={() => void chart.refetch()}
          empty={
            <Empty icon={ChartColumn} title="No calls started in this time">
              A call counts when it started, also for revenue that comes later. Choose a longer time
              {search.campaign || search.publisher || search.target ? ', or clear the filters.' : '.'}
            </Empty>
          }
        >
          {(report) => (
            <Chart
              report={report}
              before={before.isPlaceholderData || !before.data?.total.calls ? undefined : before.data}
              unit={unit}
              beforeText={beforeText}
              onSelect={(first, last) =>
                change({
                  range: undefined,
                  from: first.slice(0, 10),
                  to: last.slice(0, 10),
                  ...(unit === 'month' ? { from: `${first}-01`, to: lastDay(last) } : {}),
                })
              }
            />
          )}
        </Plot>
      </Section>
      {total?.calls !== 0 && (
        <div className={cx(table.isPlaceholderData && 'opacity-60')}>
          <DataTable
            label={`Calls by ${label.toLowerCase()}`}
            columns={columns}
            rows={table.error ? undefined : rows}
            rowId={(row) => row.item ?? ''}
            problem={table.error}
            retry={() => void table.refetch()}
            empty={null}
            footer={
              rows && (
                <span className="text-xs text-ink-3">
                  {plural(rows.length, 'row')} · a name leads to its calls
                </span>
              )
            }
          />
        </div>
      )}
    </Page>
  );
}

/** What the figures are based on. */
function Basis({ period, zone, report }: { period: string; zone: string; report: CallReport | undefined }) {
  const isLate = report && Date.now() - Date.parse(report.as_of) >= 2_000;
  return (
    <>
      <span className="text-ink-2">{period}</span> · days of {zoneText(zone, Date.now())} · money in US
      dollars
      {report && (
        <>
          {' '}
          · as of <Time at={report.as_of} relative />
          {isLate && ' ago'}
        </>
      )}
    </>
  );
}

interface AgainstProps {
  text: string;
  isOngoing: boolean;
  isEmpty: boolean;
}

/** What it is compared with; the dashed line's legend. */
function Against({ text, isOngoing, isEmpty }: AgainstProps) {
  if (isEmpty)
    return (
      <span className="text-xs text-ink-3">
        No calls on {text}
        <span className="max-sm:hidden"> to compare with</span>
      </span>
    );
  return (
    <span className="flex items-center gap-1.5 text-xs text-ink-3">
      <span aria-hidden className="w-4 border-t-2 border-dashed border-edge" />
      <span>
        {text}
        <span className="max-sm:hidden">{isOngoing && ', up to the same time'}</span>
      </span>
    </span>
  );
}

interface PlotProps {
  report: CallReport | undefined;
  problem: unknown;
  retry(): void;
  empty: React.ReactNode;
  children(report: CallReport): React.ReactNode;
}

function Plot({ report, problem, retry, empty, children }: PlotProps) {
  const waiting = (
    <div role="status" aria-label="Loading">
      <Skeleton className="h-[354px]" />
    </div>
  );
  if (problem) return <ErrorState problem={problem} retry={retry} />;
  if (report === undefined) return waiting;
  if (report.total.calls === 0) return empty;
  return <Suspense fallback={waiting}>{children(report)}</Suspense>;
}

function filtersOf({ campaign, publisher, target }: ReportSearch) {
  return {
    ...(campaign ? { campaign } : {}),
    ...(publisher ? { publisher } : {}),
    ...(target ? { target } : {}),
  };
}

const fileName = (by: string, first: string, last: string) =>
  `calls-by-${by.replaceAll(/[^a-z0-9_]+/gi, '-')}-${first}-to-${last}.csv`;

function lastDay(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
