import { ArrowDown, ArrowRight, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CallTotals } from '@/api/types';
import { cx } from '@/components/cx';
import { Skeleton } from '@/components/states';
import { change, percent, share } from './figures';
import { dollars } from './money';

interface TotalsProps {
  total: CallTotals | undefined;
  before: CallTotals | undefined;
  /** "Nov 12 – Nov 18". */
  beforeText: string;
}

interface Figure {
  label: string;
  value(totals: CallTotals): number;
  text(value: number): string;
  /** What it is of something else. */
  of?: (totals: CallTotals) => string;
  /** More of it is neither good nor bad. */
  isNeutral?: boolean;
  mark?: ReactNode;
}

const count = (value: number) => value.toLocaleString('en-US');
const ofCalls = (part: number, totals: CallTotals) => `${percent(share(part, totals.calls))} of calls`;

const FIGURES: Figure[] = [
  { label: 'Calls', value: (totals) => totals.calls, text: count, mark: <Swatch className="bg-ink-3/45" /> },
  {
    label: 'Connected',
    value: (totals) => totals.connected,
    text: count,
    of: (totals) => ofCalls(totals.connected, totals),
  },
  {
    label: 'Converted',
    value: (totals) => totals.converted,
    text: count,
    of: (totals) => ofCalls(totals.converted, totals),
    mark: <Swatch className="bg-accent" />,
  },
  {
    label: 'Revenue',
    value: (totals) => totals.revenue_paid_out,
    text: dollars,
    mark: <Line className="border-accent" />,
  },
  {
    label: 'Payout',
    value: (totals) => totals.publisher_paid_out,
    text: dollars,
    isNeutral: true,
    mark: <Line className="border-info" />,
  },
  {
    label: 'Margin',
    value: (totals) => totals.margin,
    text: dollars,
    of: (totals) => `${percent(share(totals.margin, totals.revenue_paid_out))} of revenue`,
    mark: <Swatch className="border border-accent/40 bg-accent/15" />,
  },
];

function Swatch({ className }: { className: string }) {
  return <span aria-hidden className={cx('inline-block size-2.5 rounded-[2px]', className)} />;
}

function Line({ className }: { className: string }) {
  return <span aria-hidden className={cx('inline-block w-3 border-t-2', className)} />;
}

/** The sums, each beside what it was before; their marks are the chart's legend. */
export function Totals({ total, before, beforeText }: TotalsProps) {
  return (
    <dl className="mb-4 grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-3 lg:grid-cols-6">
      {FIGURES.map((figure) => (
        <div key={figure.label} className="bg-ground px-4 py-3">
          <dt className="flex items-center gap-1.5 text-xs text-ink-3">
            {figure.mark}
            {figure.label}
          </dt>
          <dd className="tnum mt-1 text-xl font-semibold tracking-tight">
            {total ? figure.text(figure.value(total)) : <Skeleton className="my-1 h-5 w-20" />}
          </dd>
          <dd className="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
            {total && before && before.calls > 0 && (
              <Change
                now={figure.value(total)}
                was={figure.value(before)}
                wasText={`${figure.text(figure.value(before))} on ${beforeText}`}
                isNeutral={figure.isNeutral === true}
              />
            )}
            {total && total.calls > 0 && figure.of && <span>{figure.of(total)}</span>}
            <span aria-hidden className="w-0">
              &nbsp;
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface ChangeProps {
  now: number;
  was: number;
  wasText: string;
  isNeutral: boolean;
}

function Change({ now, was, wasText, isNeutral }: ChangeProps) {
  const by = change(now, was);
  if (by === undefined) return <span title={wasText}>none before</span>;
  const Arrow = now > was ? ArrowUp : now < was ? ArrowDown : ArrowRight;
  const tone = now === was || isNeutral ? 'text-ink-2' : now > was ? 'text-ok' : 'text-bad';
  return (
    <span className={cx('tnum inline-flex items-center gap-0.5 font-medium', tone)} title={wasText}>
      <Arrow className="size-3" aria-hidden />
      <span className="sr-only">{now > was ? 'more by' : now < was ? 'less by' : 'the same,'}</span>
      {percent(Math.abs(by))}
      <span className="sr-only"> than {wasText}</span>
    </span>
  );
}
