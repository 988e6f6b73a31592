import type { ColumnDef } from '@tanstack/react-table';
import { plural } from './format';
import { Skeleton } from './states';
import { bars } from './traffic-bars';
import { Nothing, Time } from './values';

const HEIGHT = 20;

/** What came or went in the last hours, and how much of it failed. */
export interface Traffic {
  points: { all: number; bad: number }[];
  all: number;
  bad: number;
  lastAt: string | null | undefined;
}

interface TrafficWords {
  /** What is counted: "request". */
  noun: string;
  /** What became of the bad ones: "refused". */
  bad: string;
}

/** Undefined until it is read; nothing came if there is none. */
type Use = (id: string) => { isRead: boolean; of: Traffic | undefined };

/** Bars by the hour, the share that failed, and when the last one was. */
export function trafficColumns<T extends { id: string }>(use: Use, words: TrafficWords): ColumnDef<T>[] {
  return [
    {
      id: 'traffic',
      header: 'Last 24 hours',
      meta: { from: 'sm' },
      cell: ({ row }) => <Bars id={row.original.id} use={use} words={words} />,
    },
    {
      id: 'errors',
      header: words.bad.charAt(0).toUpperCase() + words.bad.slice(1),
      meta: { from: 'md', align: 'right' },
      cell: ({ row }) => <BadShare id={row.original.id} use={use} words={words} />,
    },
    {
      id: 'last',
      header: `Last ${words.noun}`,
      meta: { align: 'right' },
      cell: ({ row }) => <Last id={row.original.id} use={use} />,
    },
  ];
}

interface CellProps {
  id: string;
  use: Use;
  words: TrafficWords;
}

/** An hour is a bar: how high says how many, and amber is what failed. */
function Bars({ id, use, words }: CellProps) {
  const { isRead, of } = use(id);
  if (!isRead) return <Skeleton className="h-4 w-40" />;
  const all = of?.all ?? 0;
  return (
    <span
      role="img"
      aria-label={`${plural(all, words.noun)} in 24 hours, of which ${of?.bad ?? 0} ${words.bad}`}
      className="inline-flex items-end gap-3"
    >
      <span className="inline-flex items-end gap-[2px]" style={{ height: HEIGHT }}>
        {bars(of?.points ?? NONE, HEIGHT).map((bar, at) => (
          <span key={at} className="flex w-1 flex-col overflow-hidden rounded-[1px]">
            <span className="bg-warn" style={{ height: bar.bad }} />
            <span
              className={bar.good + bar.bad > 1 ? 'bg-accent/70' : 'bg-line'}
              style={{ height: bar.good }}
            />
          </span>
        ))}
      </span>
      <span className="tnum text-xs text-ink-3">{all.toLocaleString('en-US')}</span>
    </span>
  );
}

export const HOURS = 24;
const NONE = Array.from({ length: HOURS }, () => ({ all: 0, bad: 0 }));

function BadShare({ id, use, words }: CellProps) {
  const { of } = use(id);
  if (!of || of.all === 0) return <Nothing />;
  const share = Math.round((100 * of.bad) / of.all);
  return (
    <span
      className={of.bad > 0 ? 'tnum font-medium text-warn' : 'tnum text-ink-3'}
      title={`${of.bad.toLocaleString('en-US')} of ${plural(of.all, words.noun)}`}
    >
      {of.bad > 0 && share === 0 ? '< 1' : share}%
    </span>
  );
}

function Last({ id, use }: Omit<CellProps, 'words'>) {
  const { of } = use(id);
  return of?.lastAt ? <Time at={of.lastAt} relative /> : <Nothing />;
}
