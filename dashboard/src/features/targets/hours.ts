import type { Hours, Schema } from '@/api/types';

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];

/** A week as one writes it: each day's spans as text, such as "09:00-12:00, 13:00-17:30". */
export type WeekText = Record<Day, string>;

export function toWeekText(hours: Hours | null | undefined): WeekText {
  return Object.fromEntries(
    DAYS.map((day) => [day, (hours?.week?.[day] ?? []).map(({ from, to }) => `${from}-${to}`).join(', ')]),
  ) as WeekText;
}

export function fromWeekText(text: WeekText): Schema['Week'] {
  const week: Schema['Week'] = {};
  for (const day of DAYS) {
    const spans = text[day].split(',').flatMap((span) => {
      const [from, to] = span.split(/[-–]/).map((time) => time.trim());
      return from || to ? [{ from: from ?? '', to: to ?? '' }] : [];
    });
    if (spans.length > 0) week[day] = spans;
  }
  return week;
}

/** "Mo–Fr 09:00-17:00, Sa 10:00-14:00": days with the same spans together. */
export function weekInShort(hours: Hours): string {
  const text = toWeekText(hours);
  const runs: { from: Day; to: Day; spans: string }[] = [];
  for (const day of DAYS) {
    const last = runs.at(-1);
    if (text[day] === '') continue;
    if (last && last.spans === text[day] && DAYS.indexOf(last.to) === DAYS.indexOf(day) - 1) last.to = day;
    else runs.push({ from: day, to: day, spans: text[day] });
  }
  const two = (day: Day) => day.charAt(0).toUpperCase() + day.charAt(1);
  return runs
    .map((run) => `${two(run.from)}${run.from === run.to ? '' : `–${two(run.to)}`} ${run.spans}`)
    .join(', ');
}
