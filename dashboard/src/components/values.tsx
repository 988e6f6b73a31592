import { useSyncExternalStore } from 'react';
import { ago, dayAndTime, fullTime, money, phone } from './format';

const TICK_MS = 5_000;
/** The page's clock is late by a tick at most, and the browser's may differ from the server's. */
const SKEW_MS = 10_000;
let now = new Date();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all the "3m ago" of a page. */
function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}

/** A moment; the whole of it on hover. */
export function Time({ at, relative }: { at: string; relative?: boolean }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={fullTime(date)} className="tnum whitespace-nowrap">
      {relative ? <Ago date={date} /> : dayAndTime(date)}
    </time>
  );
}

/** What is ahead by no more than clocks differ is now. */
function Ago({ date }: { date: Date }) {
  const now = useNow();
  const ahead = date.getTime() - now.getTime();
  return ago(date, ahead > 0 && ahead < SKEW_MS ? date : now);
}

export function Phone({ number }: { number: string }) {
  return <span className="tnum whitespace-nowrap">{phone(number)}</span>;
}

/** Money, or a dash where there is none. */
export function Money({ amount }: { amount: number | null | undefined }) {
  if (amount === null || amount === undefined) return <Nothing />;
  return <span className="tnum whitespace-nowrap">{money(amount)}</span>;
}

export function Nothing() {
  return (
    <span className="text-ink-3">
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}
