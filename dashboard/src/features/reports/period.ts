import { addDays, addMonths, dayOf, instant, midnight, wallClock } from './zone';

const QUARTER_MS = 900_000;
/** The server refuses longer reports. */
const DAYS_MAX = 400;

/** Times that end now or with a day; a link with one stays true tomorrow. */
export const PRESETS: [id: string, label: string][] = [
  ['today', 'Today'],
  ['yesterday', 'Yesterday'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['90d', 'Last 90 days'],
  ['month', 'This month'],
  ['last-month', 'Last month'],
  ['year', 'This year'],
];
export const PRESET_AT_FIRST = '7d';

export interface PeriodSearch {
  range?: string;
  /** First and last day, if there is no range. */
  from?: string;
  to?: string;
}

interface Span {
  from: number;
  to: number;
}

export interface Period extends Span {
  /** As it is chosen: a preset, or undefined for days by hand. */
  preset: string | undefined;
  first: string;
  last: string;
  days: number;
  /** It ends now, so its last day is not whole. */
  isOngoing: boolean;
  /** What it is compared with: as long, and up to the same time of its last day. */
  before: Span;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (text: string | undefined): text is string =>
  text !== undefined && DAY.test(text) && !Number.isNaN(midnight(text));

type Back = { days: number } | { months: number };

/** Days are those of the zone; sums are kept by quarters of an hour, so "now" is the end of this one. */
export function periodOf(search: PeriodSearch, zone: string, now: number): Period {
  const today = midnight(dayOf(wallClock(now, zone)));
  const byHand = !search.range && isDay(search.from);
  const preset = byHand ? undefined : (PRESETS.find(([id]) => id === search.range)?.[0] ?? PRESET_AT_FIRST);
  const [start, end, back] = byHand ? chosen(search, today) : preseted(preset, today);
  const from = instant(start, zone);
  const whole = instant(end, zone);
  const soon = (Math.floor(now / QUARTER_MS) + 1) * QUARTER_MS;
  const isOngoing = soon < whole && from < soon;
  const to = isOngoing ? soon : whole;
  const shift = (at: number) =>
    instant('days' in back ? addDays(at, -back.days) : addMonths(at, -back.months), zone);
  return {
    from,
    to,
    preset,
    first: dayOf(start),
    last: dayOf(addDays(end, -1)),
    days: Math.round((end - start) / 86_400_000),
    isOngoing,
    before: { from: shift(start), to: shift(isOngoing ? wallClock(soon, zone) : end) },
  };
}

function chosen(search: PeriodSearch, today: number): [number, number, Back] {
  const first = isDay(search.from) ? midnight(search.from) : today;
  const last = isDay(search.to) ? midnight(search.to) : first;
  const [start, end] = [Math.min(first, last), addDays(Math.max(first, last), 1)];
  return [start, end, { days: Math.round((end - start) / 86_400_000) }];
}

function preseted(preset: string | undefined, today: number): [number, number, Back] {
  const tomorrow = addDays(today, 1);
  const month = midnight(`${dayOf(today).slice(0, 7)}-01`);
  switch (preset) {
    case 'today':
      return [today, tomorrow, { days: 1 }];
    case 'yesterday':
      return [addDays(today, -1), today, { days: 1 }];
    case 'month':
      return [month, addMonths(month, 1), { months: 1 }];
    case 'last-month':
      return [addMonths(month, -1), month, { months: 1 }];
    case 'year': {
      const year = midnight(`${dayOf(today).slice(0, 4)}-01-01`);
      return [year, addMonths(year, 12), { months: 12 }];
    }
    default: {
      const days = Number.parseInt(preset ?? PRESET_AT_FIRST, 10);
      return [addDays(tomorrow, -days), tomorrow, { days }];
    }
  }
}

/** The other end of a time, moved along if it is on the wrong side or further away than a report goes. */
export function within(day: string, other: string, side: 1 | -1): string {
  const at = midnight(day);
  const far = addDays(at, side * (DAYS_MAX - 1));
  return dayOf(Math.min(Math.max(midnight(other), Math.min(at, far)), Math.max(at, far)));
}

const DATE = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
const DATE_OF_YEAR = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  month: 'short',
  day: 'numeric',
  year: 'numeric',
});

/** "Nov 19 – Nov 25"; with years, if it is not this one. */
export function daysText(first: string, last: string, now: number): string {
  const year = String(new Date(now).getUTCFullYear());
  const format = first.startsWith(year) && last.startsWith(year) ? DATE : DATE_OF_YEAR;
  const [a, b] = [format.format(midnight(first)), format.format(midnight(last))];
  return a === b ? a : `${a} – ${b}`;
}

/** The days that a span touches. */
export function spanText({ from, to }: Span, zone: string, now: number): string {
  return daysText(dayOf(wallClock(from, zone)), dayOf(wallClock(to - 1, zone)), now);
}
