const STEPS_MAX = 200;
/** Changes of the same kind within this time are one step back. */
const SAME_MS = 900;

export interface History<T> {
  past: T[];
  now: T;
  future: T[];
  last: { kind: string; at: number } | undefined;
}

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [], last: undefined });

/** A change; `kind` joins a run of keystrokes or arrow keys into one. */
export function change<T>(history: History<T>, now: T, kind: string, at: number): History<T> {
  if (now === history.now) return history;
  const { last } = history;
  const joined = kind !== '' && last?.kind === kind && at - last.at < SAME_MS && history.past.length > 0;
  const past = joined ? history.past : [...history.past.slice(1 - STEPS_MAX), history.now];
  return { past, now, future: [], last: { kind, at } };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
    last: undefined,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [after, ...future] = history.future;
  if (after === undefined) return history;
  return { past: [...history.past, history.now], now: after, future, last: undefined };
}
