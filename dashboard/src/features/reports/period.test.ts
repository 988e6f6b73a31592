import { expect, test } from 'vitest';
import { daysText, periodOf, spanText, within } from './period';

const ZONE = 'America/New_York';
const NOW = Date.parse('2026-11-25T15:07:30Z'); // 10:07 in New York
const iso = ({ from, to }: { from: number; to: number }) =>
  [from, to].map((at) => new Date(at).toISOString().replace(':00.000Z', 'Z'));

test('seven days are today, up to this quarter of an hour, and the six before', () => {
  const period = periodOf({}, ZONE, NOW);
  expect(iso(period)).toEqual(['2026-11-19T05:00Z', '2026-11-25T15:15Z']);
  expect(period).toMatchObject({ preset: '7d', first: '2026-11-19', last: '2026-11-25', isOngoing: true });
  expect(iso(period.before)).toEqual(['2026-11-12T05:00Z', '2026-11-18T15:15Z']);
});

test('a day is compared with the same hours of the day before', () => {
  const period = periodOf({ range: 'today' }, ZONE, NOW);
  expect(iso(period.before)).toEqual(['2026-11-24T05:00Z', '2026-11-24T15:15Z']);
  const yesterday = periodOf({ range: 'yesterday' }, ZONE, NOW);
  expect(iso(yesterday)).toEqual(['2026-11-24T05:00Z', '2026-11-25T05:00Z']);
  expect(yesterday.isOngoing).toBe(false);
  expect(iso(yesterday.before)).toEqual(['2026-11-23T05:00Z', '2026-11-24T05:00Z']);
});

test('months are compared with months, and clocks that change between do not matter', () => {
  const month = periodOf({ range: 'month' }, ZONE, NOW);
  expect(iso(month)).toEqual(['2026-11-01T04:00Z', '2026-11-25T15:15Z']);
  expect(iso(month.before)).toEqual(['2026-10-01T04:00Z', '2026-10-25T14:15Z']);
  expect(iso(periodOf({ range: 'last-month' }, ZONE, NOW).before)).toEqual([
    '2026-09-01T04:00Z',
    '2026-10-01T04:00Z',
  ]);
});

test('days by hand are whole, whichever is named first', () => {
  const period = periodOf({ from: '2026-11-03', to: '2026-11-01' }, 'UTC', NOW);
  expect(iso(period)).toEqual(['2026-11-01T00:00Z', '2026-11-04T00:00Z']);
  expect(period).toMatchObject({ preset: undefined, days: 3, isOngoing: false });
  expect(iso(period.before)).toEqual(['2026-10-29T00:00Z', '2026-11-01T00:00Z']);
  expect(periodOf({ from: 'nonsense' }, 'UTC', NOW).preset).toBe('7d');
});

test('the other end comes along', () => {
  expect(within('2026-11-01', '2026-11-25', 1)).toBe('2026-11-25');
  expect(within('2026-12-01', '2026-11-25', 1)).toBe('2026-12-01');
  expect(within('2020-01-01', '2026-11-25', 1)).toBe('2021-02-03');
  expect(within('2026-11-25', '2020-01-01', -1)).toBe('2025-10-22');
});

test('days are told in few words', () => {
  expect(daysText('2026-11-01', '2026-11-03', NOW)).toBe('Nov 1 – Nov 3');
  expect(daysText('2026-11-01', '2026-11-01', NOW)).toBe('Nov 1');
  expect(daysText('2025-12-30', '2026-01-02', NOW)).toBe('Dec 30, 2025 – Jan 2, 2026');
  const { before } = periodOf({ range: 'today' }, ZONE, NOW);
  expect(spanText(before, ZONE, NOW)).toBe('Nov 24');
});
