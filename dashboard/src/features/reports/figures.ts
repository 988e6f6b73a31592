import type { CallTotals } from '@/api/types';

/** How much more or less than before, in percent; undefined where there was nothing. */
export function change(now: number, before: number): number | undefined {
  if (before === 0) return now === 0 ? 0 : undefined;
  return ((now - before) / Math.abs(before)) * 100;
}

/** In percent of the whole; undefined without one. */
export function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (part / whole) * 100;
}

const PERCENT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function percent(value: number | undefined): string {
  if (value === undefined) return '–';
  return `${(Math.abs(value) >= 100 ? WHOLE : PERCENT).format(value)}%`;
}

/** Seconds that somebody talked, on average. */
export function averageSeconds(totals: CallTotals): number {
  return totals.connected === 0 ? 0 : Math.round(totals.connected_seconds / totals.connected);
}

export type SortKey = keyof CallTotals | 'item';

export const SORT_KEYS: SortKey[] = [
  'item',
  'calls',
  'connected',
  'converted',
  'connected_seconds',
  'revenue_paid_out',
  'publisher_paid_out',
  'margin',
];

export interface Sort {
  key: SortKey;
  isDown: boolean;
}

/** `margin` or `-margin`, as it stands in the address. */
export function readSort(text: string | undefined): Sort | undefined {
  const key = SORT_KEYS.find((each) => each === text?.replace(/^-/, ''));
  return key && { key, isDown: text?.startsWith('-') === true };
}

/** Numbers begin with the most, words with the first; then turned round, then as the server has them. */
export function nextSort(sort: Sort | undefined, key: SortKey): string | undefined {
  const firstDown = key !== 'item';
  if (sort?.key !== key) return firstDown ? `-${key}` : key;
  if (sort.isDown !== firstDown) return undefined;
  return firstDown ? key : `-${key}`;
}

export function sorted<R extends CallTotals & { item?: string | null; name?: string | null }>(
  rows: R[],
  sort: Sort | undefined,
): R[] {
  if (sort === undefined) return rows;
  const { key, isDown } = sort;
  const by = (a: R, b: R) =>
    key === 'item' ? (a.name ?? '').localeCompare(b.name ?? '') : (a[key] ?? 0) - (b[key] ?? 0);
  return [...rows].sort((a, b) => (isDown ? by(b, a) : by(a, b)));
}
