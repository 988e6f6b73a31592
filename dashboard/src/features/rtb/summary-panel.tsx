import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { cx } from '@/components/cx';
import { money, plural } from '@/components/format';
import { Section } from '@/components/page';
import { RANGES, rangeStart } from '@/components/range';
import { ErrorState, LoadingRows } from '@/components/states';
import { percent } from '../reports/figures';
import { REASONS, readSummary, type Won } from './summary';

const AT_FIRST = '24h';
const FRESH_MS = 30_000;

interface PanelProps {
  id: string;
  range: string | undefined;
  onRange(range: string | undefined): void;
}

/** How many bids were won, and why others were not offered anything. */
export function BidsSummary({ id, range = AT_FIRST, onRange }: PanelProps) {
  const summary = useQuery({
    queryKey: ['bids', id, 'summary', range],
    queryFn: () => {
      const from = rangeStart(range, new Date());
      const query = from ? { from } : {};
      return data(api.GET('/v1/rtb-endpoints/{id}/summary', { params: { path: { id }, query } }));
    },
    staleTime: FRESH_MS,
  });
  return (
    <Section
      title="What bids came to"
      className="mb-5"
      actions={
        <select
          aria-label="Time"
          value={range}
          onChange={({ target: { value } }) => onRange(value === AT_FIRST ? undefined : value)}
          className="h-7 rounded-md border border-edge/60 bg-raised px-2 pr-1 text-xs font-medium"
        >
          {RANGES.map(([each, label]) => (
            <option key={each} value={each}>
              {label}
            </option>
          ))}
        </select>
      }
    >
      {summary.data ? (
        <Figures won={readSummary(summary.data)} />
      ) : summary.error ? (
        <ErrorState problem={summary.error} retry={() => void summary.refetch()} />
      ) : (
        <LoadingRows rows={3} />
      )}
    </Section>
  );
}

function Figures({ won }: { won: Won }) {
  if (won.asked === 0) return <p className="text-sm text-ink-3">Nobody asked in this time.</p>;
  const facts: [string, string, string][] = [
    ['Asked', won.asked.toLocaleString('en-US'), `${won.rejected.toLocaleString('en-US')} got nothing`],
    ['Offered a number', percent(won.offerRate), plural(won.offered, 'bid')],
    [
      'Win rate',
      percent(won.winRate),
      `${won.used.toLocaleString('en-US')} calls came, ${won.expired.toLocaleString('en-US')} did not`,
    ],
    ['Won payout', money(won.payout), 'as it was offered'],
  ];
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <div className="grid content-start gap-4">
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-4 lg:grid-cols-2 xl:grid-cols-4">
          {facts.map(([name, value, more]) => (
            <div key={name}>
              <dt className="text-xs text-ink-3">{name}</dt>
              <dd className="tnum text-lg font-semibold">{value}</dd>
              <dd className="tnum text-xs text-ink-3">{more}</dd>
            </div>
          ))}
        </dl>
        <States won={won} />
      </div>
      <Reasons reasons={won.reasons} />
    </div>
  );
}

function States({ won }: { won: Won }) {
  const parts: [string, number, string][] = [
    ['Call came', won.used, 'bg-ok'],
    ['Reserved now', won.reserved, 'bg-live'],
    ['Expired', won.expired, 'bg-warn/60'],
    ['Rejected', won.rejected, 'bg-edge/50'],
  ];
  return (
    <div>
      <div aria-hidden className="flex h-2.5 gap-px overflow-hidden rounded-full bg-line">
        {parts.map(([name, bids, color]) => (
          <span key={name} className={color} style={{ width: `${(bids / won.asked) * 100}%` }} />
        ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
        {parts
          .filter(([, bids]) => bids > 0)
          .map(([name, bids, color]) => (
            <li key={name} className="tnum flex items-center gap-1.5">
              <span aria-hidden className={cx('size-2 rounded-full', color)} />
              {name} {bids.toLocaleString('en-US')}
            </li>
          ))}
      </ul>
    </div>
  );
}

function Reasons({ reasons }: { reasons: Won['reasons'] }) {
  return (
    <div>
      <h3 className="mb-2 text-xs font-medium text-ink-2">Why bids were rejected</h3>
      {reasons.length === 0 ? (
        <p className="text-sm text-ink-3">None was.</p>
      ) : (
        <ul className="grid gap-2">
          {reasons.map(({ code, bids, share }) => (
            <li key={code} className="grid gap-1">
              <div className="flex flex-wrap items-baseline gap-x-2 text-sm">
                {REASONS[code] ?? code}
                <code className="font-mono text-2xs text-ink-3">{code}</code>
                <span className="tnum ml-auto">
                  {bids.toLocaleString('en-US')}{' '}
                  <span className="inline-block w-11 text-right text-xs text-ink-3">{percent(share)}</span>
                </span>
              </div>
              <span aria-hidden className="h-1 rounded-full bg-sunken">
                <span className="block h-1 rounded-full bg-bad/70" style={{ width: `${share}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
