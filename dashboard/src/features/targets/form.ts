import type { Schema, Target } from '@/api/types';
import { fromWeekText, toWeekText, type WeekText } from './hours';

/** A target as a form has it: numbers are text while one types. */
export interface TargetForm {
  name: string;
  destination: string;
  enabled: boolean;
  ring_seconds: string;
  concurrency: string;
  caps: { hour: string; day: string; month: string; total: string };
  cap_zone: string;
  limited: boolean;
  hours_zone: string;
  week: WeekText;
  holidays: string;
  pays: boolean;
  connected_seconds: string;
  revenue: string;
  payout: string;
  asks: boolean;
  url: string;
  timeout_ms: string;
}

const text = (value: number | null | undefined) =>
  value === null || value === undefined ? '' : String(value);
const number = (value: string) => (value.trim() === '' ? null : Number(value));

export function toTargetForm(target: Target | undefined): TargetForm {
  const exceptions = target?.hours?.exceptions ?? [];
  return {
    name: target?.name ?? '',
    destination: target?.destination ?? '',
    enabled: target?.enabled ?? true,
    ring_seconds: text(target?.ring_seconds),
    concurrency: text(target?.concurrency),
    caps: {
      hour: text(target?.caps?.hour),
      day: text(target?.caps?.day),
      month: text(target?.caps?.month),
      total: text(target?.caps?.total),
    },
    cap_zone: target?.time_zone ?? '',
    limited: (target?.hours ?? null) !== null,
    hours_zone: target?.hours?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    week: toWeekText(target?.hours),
    holidays: exceptions
      .filter((each) => each.closed)
      .map((each) => [each.date, each.name].filter(Boolean).join(' '))
      .join('\n'),
    pays: (target?.conversion ?? null) !== null,
    connected_seconds: text(target?.conversion?.connected_seconds ?? 60),
    revenue: text(target?.conversion?.revenue),
    payout: text(target?.conversion?.payout),
    asks: (target?.availability ?? null) !== null,
    url: target?.availability?.url ?? '',
    timeout_ms: text(target?.availability?.timeout_ms),
  };
}

/** What is sent. Days with hours of their own, which the form does not show, are kept as they were. */
export function fromTargetForm(form: TargetForm, before: Target | undefined): Schema['TargetFields'] {
  const caps = Object.entries(form.caps).flatMap(([name, value]) =>
    value.trim() === '' ? [] : [[name, Number(value)]],
  );
  const kept = (before?.hours?.exceptions ?? []).filter((each) => !each.closed);
  const holidays = form.holidays.split('\n').flatMap((line) => {
    const [date, ...name] = line.trim().split(/\s+/);
    return date ? [{ date, closed: true, ...(name.length > 0 ? { name: name.join(' ') } : {}) }] : [];
  });
  const exceptions = [...holidays, ...kept];
  const payout = number(form.payout);
  const revenue = number(form.revenue);
  return {
    name: form.name,
    destination: form.destination,
    enabled: form.enabled,
    ring_seconds: number(form.ring_seconds),
    concurrency: number(form.concurrency),
    time_zone: form.cap_zone || null,
    caps: caps.length === 0 ? null : Object.fromEntries(caps),
    hours: form.limited
      ? {
          time_zone: form.hours_zone,
          week: fromWeekText(form.week),
          ...(exceptions.length > 0 ? { exceptions: exceptions } : {}),
        }
      : null,
    conversion: form.pays
      ? {
          connected_seconds: Number(form.connected_seconds),
          ...(revenue === null ? {} : { revenue }),
          ...(payout === null ? {} : { payout }),
        }
      : null,
    availability: form.asks
      ? { url: form.url, ...(form.timeout_ms ? { timeout_ms: Number(form.timeout_ms) } : {}) }
      : null,
  };
}
