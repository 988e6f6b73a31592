import { Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { ArrowDown, ArrowUp, ArrowUpRight } from 'lucide-react';
import type { CallReportRow, CallTotals, CustomTag } from '@/api/types';
import { cx } from '@/components/cx';
import { duration, plural } from '@/components/format';
import { Nothing } from '@/components/values';
import type { CallSearch } from '../calls/filter';
import { tagOf, timeLabel, timeUnit } from './by';
import { averageSeconds, nextSort, percent, type Sort, type SortKey, share } from './figures';
import { dollars } from './money';

const column = createColumnHelper<CallReportRow>();

interface ColumnsOf {
  by: string;
  label: string;
  total: CallTotals | undefined;
  /** The most of a row, to which bars are drawn. */
  most: number;
  sort: Sort | undefined;
  onSort(sort: string | undefined): void;
  callsOf(row: CallReportRow): CallSearch | undefined;
}

const NOUNS: Record<string, string> = { campaign: 'campaign', publisher: 'publisher', target: 'target' };

/** What a row is called. */
export function rowName(by: string, row: CallReportRow): string {
  const unit = timeUnit(by);
  if (!row.item) return tagOf(by) ? 'Not set' : `No ${NOUNS[by] ?? 'value'}`;
  if (unit) return timeLabel(unit, row.item);
  if (row.name) return row.name;
  return `deleted (…${row.item.slice(-6)})`;
}

/** What a column of it is called. */
export function byLabel(by: string, tags: CustomTag[]): string {
  const key = tagOf(by);
  return key ? (tags.find((tag) => tag.key === key)?.label ?? key) : by.charAt(0).toUpperCase() + by.slice(1);
}

export function reportColumns({ by, label, total, most, sort, onSort, callsOf }: ColumnsOf) {
  const head = (key: SortKey, label: string) => () => (
    <SortButton label={label} sort={sort} of={key} onSort={onSort} />
  );
  const sum = (show: (totals: CallTotals) => React.ReactNode) => () => (total ? show(total) : null);
  return [
    column.display({
      id: 'item',
      header: head('item', label),
      meta: { sorted: sorting(sort, 'item') },
      cell: ({ row: { original: row } }) => {
        const calls = row.calls > 0 ? callsOf(row) : undefined;
        const name = rowName(by, row);
        return (
          <span className="block max-w-36 sm:max-w-72">
            {calls ? (
              <Link
                to="/calls"
                search={calls}
                title={`See these calls: ${name}`}
                className="group flex min-w-0 items-center gap-1 font-medium hover:text-accent-ink hover:underline"
              >
                <span className="truncate">{name}</span>
                <ArrowUpRight
                  aria-hidden
                  className="size-3 shrink-0 text-ink-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
                />
              </Link>
            ) : (
              <span className={cx('block truncate', row.item ? 'font-medium' : 'text-ink-3')}>{name}</span>
            )}
            <span className="tnum block text-xs font-normal text-ink-3 sm:hidden">
              {plural(row.calls, 'call')}
            </span>
          </span>
        );
      },
      footer: () => 'Total',
    }),
    column.accessor('calls', {
      header: head('calls', 'Calls'),
      meta: { from: 'sm', align: 'right', sorted: sorting(sort, 'calls') },
      cell: (cell) => <Count of={cell.getValue()} />,
      footer: sum((totals) => <Count of={totals.calls} />),
    }),
    column.accessor('connected', {
      header: head('connected', 'Connected'),
      meta: { from: 'md', align: 'right', sorted: sorting(sort, 'connected') },
      cell: ({ row }) => <Part of={row.original.connected} whole={row.original.calls} />,
      footer: sum((totals) => <Part of={totals.connected} whole={totals.calls} />),
    }),
    column.accessor('converted', {
      header: head('converted', 'Converted'),
      meta: { from: 'sm', align: 'right', sorted: sorting(sort, 'converted') },
      cell: ({ row }) => <Part of={row.original.converted} whole={row.original.calls} />,
      footer: sum((totals) => <Part of={totals.converted} whole={totals.calls} />),
    }),
    column.display({
      id: 'average',
      header: 'Average talk',
      meta: { from: 'lg', align: 'right' },
      cell: ({ row }) => <Talk of={row.original} />,
      footer: sum((totals) => <Talk of={totals} />),
    }),
    column.accessor('revenue_paid_out', {
      header: head('revenue_paid_out', 'Revenue'),
      meta: { align: 'right', sorted: sorting(sort, 'revenue_paid_out') },
      cell: (cell) => <Barred amount={cell.getValue()} most={most} />,
      footer: sum((totals) => <Dollars amount={totals.revenue_paid_out} />),
    }),
    column.accessor('publisher_paid_out', {
      header: head('publisher_paid_out', 'Payout'),
      meta: { from: 'md', align: 'right', sorted: sorting(sort, 'publisher_paid_out') },
      cell: (cell) => <Dollars amount={cell.getValue()} />,
      footer: sum((totals) => <Dollars amount={totals.publisher_paid_out} />),
    }),
    column.accessor('margin', {
      header: head('margin', 'Margin'),
      meta: { align: 'right', sorted: sorting(sort, 'margin') },
      cell: ({ row }) => <Margin of={row.original} />,
      footer: sum((totals) => <Margin of={totals} />),
    }),
  ];
}

function sorting(sort: Sort | undefined, key: SortKey): 'ascending' | 'descending' | undefined {
  return sort?.key !== key ? undefined : sort.isDown ? 'descending' : 'ascending';
}

interface SortButtonProps {
  label: string;
  sort: Sort | undefined;
  of: SortKey;
  onSort(sort: string | undefined): void;
}

function SortButton({ label, sort, of, onSort }: SortButtonProps) {
  const isOn = sort?.key === of;
  const Arrow = sort?.isDown ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      onClick={() => onSort(nextSort(sort, of))}
      className={cx('inline-flex items-center gap-1 hover:text-ink', isOn && 'text-ink')}
    >
      {label}
      {isOn && <Arrow className="size-3" aria-hidden />}
    </button>
  );
}

function Count({ of }: { of: number }) {
  return of === 0 ? <Nothing /> : <span className="tnum">{of.toLocaleString('en-US')}</span>;
}

function Part({ of, whole }: { of: number; whole: number }) {
  if (of === 0) return <Nothing />;
  return (
    <span className="tnum">
      {of.toLocaleString('en-US')}{' '}
      <span className="inline-block w-11 text-xs text-ink-3">{percent(share(of, whole))}</span>
    </span>
  );
}

function Talk({ of }: { of: CallTotals }) {
  const seconds = averageSeconds(of);
  return seconds === 0 ? <Nothing /> : <span className="tnum">{duration(seconds)}</span>;
}

function Dollars({ amount }: { amount: number }) {
  return amount === 0 ? <Nothing /> : <span className="tnum">{dollars(amount)}</span>;
}

/** A bar under the number: which row brings most is seen before it is read. */
function Barred({ amount, most }: { amount: number; most: number }) {
  if (amount === 0) return <Nothing />;
  const width = most > 0 ? (amount / most) * 100 : 0;
  return (
    <span className="inline-grid sm:min-w-20 justify-items-end gap-0.5">
      <Dollars amount={amount} />
      <span aria-hidden className="h-0.5 rounded-full bg-accent/70" style={{ width: `${width}%` }} />
    </span>
  );
}

function Margin({ of }: { of: CallTotals }) {
  if (of.margin === 0) return <Nothing />;
  return (
    <span className={cx('tnum', of.margin < 0 && 'font-medium text-bad')}>
      {dollars(of.margin)}{' '}
      <span className={cx('hidden w-11 text-xs md:inline-block', of.margin < 0 ? 'text-bad' : 'text-ink-3')}>
        {percent(share(of.margin, of.revenue_paid_out))}
      </span>
    </span>
  );
}
