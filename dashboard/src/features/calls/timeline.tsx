import { Link } from '@tanstack/react-router';
import type { Change, TimelineEntry } from '@/api/types';
import { cx } from '@/components/cx';
import { sentence } from '@/components/format';
import { Time } from '@/components/values';
import { useActor } from '../names';
import { FIELD_NAMES, fieldValue, isMoney } from './fields';

const EVENTS: Record<string, string> = {
  'call.started': 'Call arrived',
  'call.data': 'Caller’s data applied',
  'call.ringing': 'Ringing',
  'call.routed': 'Routed',
  'call.answered': 'Answered',
  'call.updated': 'Updated',
  'call.ended': 'Ended',
  'call.settled': 'Settled',
};

/** What happened to a call, each change from what to what and by whom. */
export function Timeline({ entries, moneyOnly }: { entries: TimelineEntry[]; moneyOnly?: boolean }) {
  const actor = useActor();
  const shown = moneyOnly ? entries.filter((entry) => entry.changes.some(isMoney)) : entries;
  return (
    <ol className="relative grid gap-4 before:absolute before:top-2 before:bottom-2 before:left-[5px] before:w-px before:bg-line">
      {shown.map((entry, at) => (
        <li key={at} className="relative min-w-0 pl-6">
          <span
            aria-hidden
            className={cx(
              'absolute top-1.5 left-0 size-[11px] rounded-full border-2 border-ground',
              entry.changes.some(isMoney) ? 'bg-accent' : entry.event === 'call.ended' ? 'bg-ink' : 'bg-edge',
            )}
          />
          <div className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{EVENTS[entry.event] ?? sentence(entry.event)}</span>
            <span className="text-xs text-ink-3">
              by{' '}
              {entry.request_id ? (
                <Link
                  to="/requests/$id"
                  params={{ id: entry.request_id }}
                  className="text-accent-ink underline decoration-accent/40 underline-offset-2 hover:decoration-accent"
                >
                  {actor(entry.by)}
                </Link>
              ) : (
                actor(entry.by)
              )}
            </span>
            <span className="ml-auto text-xs text-ink-3">
              <Time at={entry.at} />
            </span>
          </div>
          <ul className="mt-1 grid gap-0.5">
            {(moneyOnly ? entry.changes.filter(isMoney) : entry.changes).map((change) => (
              <ChangeLine key={change.field} change={change} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function ChangeLine({ change }: { change: Change }) {
  const tag = change.field.startsWith('tag:') ? change.field.slice(4) : undefined;
  return (
    <li className="text-xs break-words text-ink-2">
      {tag === undefined ? (
        <span>{FIELD_NAMES[change.field] ?? sentence(change.field)}</span>
      ) : (
        <span className="font-mono text-2xs">{tag}</span>
      )}{' '}
      {change.from !== undefined && change.from !== null && (
        <>
          <s className="text-ink-3">{fieldValue(change.field, change.from)}</s>{' '}
        </>
      )}
      <span aria-hidden className="text-ink-3">
        →
      </span>{' '}
      {change.to === undefined || change.to === null ? (
        <span className="text-ink-3">removed</span>
      ) : (
        <span className="font-medium text-ink">{fieldValue(change.field, change.to)}</span>
      )}
    </li>
  );
}
