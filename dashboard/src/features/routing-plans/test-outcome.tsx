import { PhoneForwarded, PhoneOff } from 'lucide-react';
import { cx } from '@/components/cx';
import { phone } from '@/components/format';
import { Decisions } from '../decision/decisions';
import { chosenOf } from '../decision/trace';
import type { Outcome } from './made-up';

/** Who gets the call, then why: every route's verdict with its filter. */
export function TestOutcome({ outcome }: { outcome: Outcome }) {
  const { taker, destination, text, decision } = outcome;
  const last = decision?.plans.at(-1);
  const [chosen, ...more] = last ? chosenOf(last) : [];
  const share = more.length === 0 && chosen?.by === 'weight' ? chosen.share : undefined;
  const Icon = taker ? PhoneForwarded : PhoneOff;
  return (
    <div className="mt-4 grid gap-4 border-t pt-4">
      <div
        role="status"
        className={cx('flex items-center gap-3 rounded-md px-3 py-2.5', taker ? 'bg-ok-soft' : 'bg-bad-soft')}
      >
        <Icon className={cx('size-4 shrink-0', taker ? 'text-ok' : 'text-bad')} aria-hidden />
        <p className="min-w-0 [overflow-wrap:anywhere]">
          {taker ? (
            <>
              <span className="font-semibold">{taker}</span>{' '}
              {more.length > 0 ? 'would ring for the call' : 'would take the call'}
              {destination && <span className="tnum text-ink-2"> at {phone(destination)}</span>}
              {share && share.weight < share.of && (
                <span className="text-ink-2">
                  : by weight it gets {share.weight} of {share.of} of such calls
                </span>
              )}
              .
            </>
          ) : (
            <>
              <span className="font-semibold">Nobody would take the call.</span> {text}
            </>
          )}
        </p>
      </div>
      {decision && <Decisions decisions={[decision]} />}
    </div>
  );
}
