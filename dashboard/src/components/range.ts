const HOUR_MS = 3_600_000;

/** Spans that end now: a link with one stays true tomorrow. */
export const RANGES: [id: string, label: string, hours: number][] = [
  ['1h', 'Last hour', 1],
  ['24h', 'Last 24 hours', 24],
  ['7d', 'Last 7 days', 7 * 24],
  ['30d', 'Last 30 days', 30 * 24],
];

/** Where a span begins, to the minute, so that the same question is asked within one. */
export function rangeStart(id: string | undefined, now: Date): string | undefined {
  const range = RANGES.find(([each]) => each === id);
  if (range === undefined) return undefined;
  const at = new Date(now.getTime() - range[2] * HOUR_MS);
  at.setUTCSeconds(0, 0);
  return at.toISOString();
}
