import type { ReactNode } from 'react';
import type { CallStatus } from '@/api/types';
import { cx } from './cx';

export type Tone = 'plain' | 'accent' | 'ok' | 'warn' | 'bad' | 'live' | 'info';

const TONES: Record<Tone, string> = {
  plain: 'bg-sunken text-ink-2 ring-1 ring-line ring-inset',
  accent: 'bg-accent-soft text-accent-ink',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  live: 'bg-live-soft text-live',
  info: 'bg-info-soft text-info',
};

export function Badge({
  tone = 'plain',
  children,
  className,
}: {
  tone?: Tone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-xs font-medium whitespace-nowrap',
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

const STATUSES: Record<CallStatus, { tone: Tone; label: string; live: boolean }> = {
  ringing: { tone: 'live', label: 'Ringing', live: true },
  in_progress: { tone: 'live', label: 'In progress', live: true },
  completed: { tone: 'ok', label: 'Completed', live: false },
  failed: { tone: 'bad', label: 'Failed', live: false },
};

export function CallStatusBadge({ status }: { status: CallStatus }) {
  const { tone, label, live } = STATUSES[status];
  return (
    <Badge tone={tone}>
      {live && <span aria-hidden className="pulse-live size-1.5 rounded-full bg-current" />}
      {label}
    </Badge>
  );
}

/** An HTTP status: green, amber for the client's fault, red for ours. */
export function HttpStatus({ status }: { status: number }) {
  const tone: Tone = status < 300 ? 'ok' : status < 500 ? 'warn' : 'bad';
  return (
    <Badge tone={tone} className="tnum font-mono">
      {status}
    </Badge>
  );
}
