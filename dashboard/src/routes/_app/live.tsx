import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Activity, Pause, Play } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { StreamState } from '@/api/follow';
import type { Call, Change } from '@/api/types';
import { CallStatusBadge } from '@/components/badge';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { clock, duration, phone, sentence } from '@/components/format';
import { Page, Section } from '@/components/page';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { Phone } from '@/components/values';
import { FIELD_NAMES, fieldValue } from '@/features/calls/fields';
import type { LiveEvent } from '@/features/live/event';
import { liveCallsQuery } from '@/features/live/queries';
import { useStream } from '@/features/live/use-stream';
import { useActor } from '@/features/names';

export const Route = createFileRoute('/_app/live')({ component: Live });

const STATES: Record<StreamState, { label: string; dot: string }> = {
  open: { label: 'Connected', dot: 'bg-ok' },
  connecting: { label: 'Connecting…', dot: 'bg-warn' },
  waiting: { label: 'Connection lost, trying again…', dot: 'bg-bad' },
};

function Live() {
  const { state, events, paused, pause } = useStream();
  const calls = useQuery(liveCallsQuery);
  return (
    <Page
      title="Live"
      lead={
        <span role="status" className="inline-flex items-center gap-2">
          <span aria-hidden className={cx('size-2 rounded-full', STATES[state].dot)} />
          {STATES[state].label}
        </span>
      }
      actions={
        <Button onClick={() => pause(!paused)} aria-pressed={paused}>
          {paused ? <Play className="size-3.5" aria-hidden /> : <Pause className="size-3.5" aria-hidden />}
          {paused ? 'Go on' : 'Pause events'}
        </Button>
      }
    >
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_440px]">
        <Section
          title="Calls now"
          {...(calls.data ? { count: calls.data.length } : {})}
          flush
          className="self-start"
        >
          {calls.error && calls.data === undefined ? (
            <ErrorState problem={calls.error} retry={() => void calls.refetch()} />
          ) : calls.data === undefined ? (
            <LoadingRows />
          ) : calls.data.length === 0 ? (
            <Empty icon={Activity} title="No call is live">
              Calls appear here the moment they arrive and leave when they end. Your switch tells of them with{' '}
              <code className="font-mono text-xs">POST /v1/calls</code>; to see some that are made up, run{' '}
              <code className="font-mono text-xs">hookline simulate</code>.
            </Empty>
          ) : (
            <ul>
              {calls.data.map((call) => (
                <LiveCall
                  key={call.call_log_id}
                  call={call}
                  latest={events.find((each) => each.call_log_id === call.call_log_id)}
                />
              ))}
            </ul>
          )}
        </Section>
        <Section title="What happens" flush className="self-start">
          {events.length === 0 ? (
            <p className="p-4 text-ink-3">
              Every change of a call will be listed here while this page is open.
            </p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
            <ol tabIndex={0} aria-label="Events" className="max-h-[72vh] overflow-y-auto">
              {events.map((event) => (
                <EventLine key={event.id} event={event} />
              ))}
            </ol>
          )}
        </Section>
      </div>
    </Page>
  );
}

function LiveCall({ call, latest }: { call: Call; latest: LiveEvent | undefined }) {
  return (
    <li className="border-b last:border-b-0">
      <Link
        to="/calls/$id"
        params={{ id: call.call_log_id }}
        className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-sunken sm:grid-cols-[10rem_7.5rem_minmax(0,1fr)_auto]"
      >
        <span className="font-medium">
          <Phone number={call.caller} />
        </span>
        <span className="justify-self-end sm:justify-self-start">
          <CallStatusBadge status={call.status} />
        </span>
        <span className="min-w-0 truncate text-ink-2">
          {[call.campaign_name, call.target].filter(Boolean).join(' → ') || phone(call.dialed)}
        </span>
        <Elapsed since={call.answered_at ?? call.started_at} />
        {latest && latest.changes.length > 0 && (
          <span key={latest.id} className="mark-new col-span-full truncate rounded-sm text-xs text-ink-3">
            {latest.changes.map(change).join(' · ')}
          </span>
        )}
      </Link>
    </li>
  );
}

function change({ field, to }: Change): string {
  const name = field.startsWith('tag:') ? field.slice(4) : (FIELD_NAMES[field] ?? sentence(field));
  return `${name} → ${to === undefined || to === null ? 'removed' : fieldValue(field, to)}`;
}

/** Counts the seconds of a call. */
function Elapsed({ since }: { since: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="tnum justify-self-end text-ink-2">
      {duration(Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000)))}
    </span>
  );
}

const DOTS: Record<string, string> = {
  'call.started': 'bg-live',
  'call.answered': 'bg-ok',
  'call.ended': 'bg-ink',
  'call.updated': 'bg-accent',
  'call.data': 'bg-accent',
};

function EventLine({ event }: { event: LiveEvent }) {
  const actor = useActor();
  return (
    <li className="mark-new grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 border-b px-4 py-2 text-xs last:border-b-0">
      <span aria-hidden className={cx('mt-1.5 size-1.5 rounded-full', DOTS[event.event] ?? 'bg-edge')} />
      <div className="min-w-0">
        <div className="flex items-baseline gap-2">
          <Link
            to="/calls/$id"
            params={{ id: event.call_log_id }}
            className="font-medium text-ink hover:underline"
          >
            {sentence(event.event.replace('call.', ''))}
          </Link>
          <span className="truncate text-ink-3">{actor(event.by)}</span>
          <time dateTime={event.at} className="tnum ml-auto text-ink-3">
            {clock(new Date(event.at))}
          </time>
        </div>
        {event.changes.length > 0 && (
          <div className="truncate text-ink-2">{event.changes.map(change).join(' · ')}</div>
        )}
      </div>
    </li>
  );
}
