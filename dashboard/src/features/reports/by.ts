import type { CallSearch } from '../calls/filter';
import type { Period } from './period';
import { addDays, addMonths, instant } from './zone';

const HOUR_MS = 3_600_000;
/** The server refuses more hours in a report. */
export const HOURS_DAYS_MAX = 31;
const CHART_HOURS_DAYS_MAX = 2;
const CHART_DAYS_MAX = 100;

export type TimeUnit = 'hour' | 'day' | 'month';

export const BY: [id: string, label: string][] = [
  ['hour', 'Hour'],
  ['day', 'Day'],
  ['month', 'Month'],
  ['campaign', 'Campaign'],
  ['publisher', 'Publisher'],
  ['target', 'Target'],
];
/** Tags that every organization has. */
export const USUAL_TAGS = ['state', 'zip_code', 'lead_source'];

export function timeUnit(by: string): TimeUnit | undefined {
  return by === 'hour' || by === 'day' || by === 'month' ? by : undefined;
}

export function tagOf(by: string): string | undefined {
  return by.startsWith('tag.') ? by.slice('tag.'.length) : undefined;
}

/** What is asked for, or what suits the time. */
export function chosenBy(by: string | undefined, days: number): string {
  const fits = by !== undefined && (BY.some(([id]) => id === by) || (tagOf(by) ?? '') !== '');
  return fits ? by : days === 1 ? 'hour' : days > CHART_DAYS_MAX ? 'month' : 'day';
}

/** The chart goes along time, whatever the table is by. */
export function chartUnit(by: string, days: number): TimeUnit {
  const unit =
    timeUnit(by) ?? (days <= CHART_HOURS_DAYS_MAX ? 'hour' : days <= CHART_DAYS_MAX ? 'day' : 'month');
  // One point is no line.
  if (unit === 'month' && days <= HOURS_DAYS_MAX) return days === 1 ? 'hour' : 'day';
  return unit === 'day' && days === 1 ? 'hour' : unit;
}

/** `2026-11-25T14:00`, `2026-11-25` or `2026-11` as a clock would show it. */
function wallOf(item: string): number {
  const day = item.length === 7 ? `${item}-01` : item.slice(0, 10);
  return Date.parse(`${day}T${item.slice(11, 16) || '00:00'}:00Z`);
}

const style = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options });
const LONG = {
  hour: style({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  day: style({ weekday: 'short', month: 'short', day: 'numeric' }),
  month: style({ month: 'long', year: 'numeric' }),
};
const SHORT = {
  hour: style({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  day: style({ month: 'short', day: 'numeric' }),
  month: style({ month: 'short', year: 'numeric' }),
};

export const timeLabel = (unit: TimeUnit, item: string): string => LONG[unit].format(wallOf(item));
export const tickLabel = (unit: TimeUnit, item: string): string =>
  unit === 'hour' && item.endsWith('T00:00')
    ? SHORT.day.format(wallOf(item))
    : SHORT[unit].format(wallOf(item));

interface Filters {
  campaign?: string;
  publisher?: string;
  target?: string;
}

/** The call logs with just the calls of a row; undefined where no filter can say so. */
export function drillDown(
  by: string,
  item: string | null | undefined,
  filters: Filters,
  period: Pick<Period, 'from' | 'to'>,
  zone: string,
): CallSearch | undefined {
  const iso = (at: number) => new Date(at).toISOString();
  const all = { ...filters, from: iso(period.from), to: iso(period.to) };
  const unit = timeUnit(by);
  if (unit) {
    if (!item) return undefined;
    const start = wallOf(item);
    const end = unit === 'hour' ? start + HOUR_MS : unit === 'day' ? addDays(start, 1) : addMonths(start, 1);
    return {
      ...all,
      from: iso(Math.max(instant(start, zone), period.from)),
      to: iso(Math.min(instant(end, zone), period.to)),
    };
  }
  if (!item) return undefined;
  const tag = tagOf(by);
  if (tag === undefined) return { ...all, [by]: item };
  // The call logs' filter has commas between tags, and the last row of a long report is no value.
  return item.includes(',') || item === '(others)' ? undefined : { ...all, tag: `${tag} = ${item}` };
}
