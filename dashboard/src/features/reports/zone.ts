const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

/** What a zone's clocks show, as if they were UTC's: days and months can be reckoned with it. */
export function wallClock(at: number, zone: string): number {
  const parts: Partial<Record<string, number>> = {};
  for (const { type, value } of format(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** When a zone's clocks show this: the first time, if they show it twice; if they skip it, when they do. */
export function instant(wall: number, zone: string): number {
  const offset = (near: number) => wallClock(near, zone) - Math.floor(near / 1_000) * 1_000;
  const before = wall - offset(wall - DAY_MS);
  const after = wall - offset(wall + DAY_MS);
  return wallClock(before, zone) === wall || wallClock(after, zone) !== wall ? before : after;
}

/** `2026-11-25` → midnight of that day on a clock. */
export const midnight = (day: string): number => Date.parse(`${day}T00:00:00Z`);
export const dayOf = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
export const addDays = (wall: number, days: number): number => wall + days * DAY_MS;

/** The same day and time of another month, or its end if it has no such day. */
export function addMonths(wall: number, months: number): number {
  const from = new Date(wall);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const end = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 1);
  return Math.min(first + (from.getUTCDate() - 1) * DAY_MS + (wall % DAY_MS), end);
}

/** `America/New York (UTC−5)`. */
export function zoneText(zone: string, at: number): string {
  return zone === 'UTC' ? zone : `${zone.replaceAll('_', ' ')} (${offsetName(at, zone)})`;
}

/** `UTC−5`, `UTC+5:45`. */
export function offsetName(at: number, zone: string): string {
  const minutes = Math.round((wallClock(at, zone) - at) / MINUTE_MS);
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}

const KEY = 'hookline.zone';

export function isZone(zone: string | null | undefined): zone is string {
  if (!zone) return false;
  try {
    return format(zone) !== undefined;
  } catch {
    return false;
  }
}

/** The zone that was chosen last in this browser, or the browser's own. */
export function usualZone(): string {
  const kept = localStorage.getItem(KEY);
  return isZone(kept) ? kept : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export const keepZone = (zone: string): void => localStorage.setItem(KEY, zone);

export function allZones(): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes('UTC') ? known : ['UTC', ...known];
}
