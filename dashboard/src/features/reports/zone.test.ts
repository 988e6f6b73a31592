import { expect, test } from 'vitest';
import { addMonths, dayOf, instant, isZone, midnight, offsetName, wallClock, zoneText } from './zone';

const at = (text: string) => Date.parse(text);

test('a day begins by the clocks of its zone', () => {
  expect(instant(midnight('2026-11-25'), 'America/New_York')).toBe(at('2026-11-25T05:00:00Z'));
  expect(instant(midnight('2026-07-01'), 'America/New_York')).toBe(at('2026-07-01T04:00:00Z'));
  expect(instant(midnight('2026-11-25'), 'Asia/Kathmandu')).toBe(at('2026-11-24T18:15:00Z'));
  expect(instant(midnight('2026-11-25'), 'Pacific/Kiritimati')).toBe(at('2026-11-24T10:00:00Z'));
  expect(dayOf(wallClock(at('2026-11-25T04:59:00Z'), 'America/New_York'))).toBe('2026-11-24');
});

test('days of 23 and 25 hours have the length they have', () => {
  const length = (day: string, next: string) =>
    (instant(midnight(next), 'America/New_York') - instant(midnight(day), 'America/New_York')) / 3_600_000;
  expect(length('2026-03-08', '2026-03-09')).toBe(23);
  expect(length('2026-11-01', '2026-11-02')).toBe(25);
});

test('an hour that is there twice begins the first time, one that is skipped when it is skipped', () => {
  expect(instant(at('2026-11-01T01:00:00Z'), 'America/New_York')).toBe(at('2026-11-01T05:00:00Z'));
  expect(instant(at('2026-03-08T02:00:00Z'), 'America/New_York')).toBe(at('2026-03-08T07:00:00Z'));
});

test('a month has the days that it has', () => {
  expect(addMonths(at('2026-03-31T09:30:00Z'), -1)).toBe(at('2026-03-01T00:00:00Z'));
  expect(addMonths(at('2026-11-25T09:30:00Z'), -1)).toBe(at('2026-10-25T09:30:00Z'));
  expect(addMonths(midnight('2026-01-01'), -1)).toBe(midnight('2025-12-01'));
});

test('zones are named by what they are from UTC', () => {
  expect(offsetName(at('2026-11-25T10:00:00Z'), 'America/New_York')).toBe('UTC−5');
  expect(offsetName(at('2026-11-25T10:00:00Z'), 'Asia/Kathmandu')).toBe('UTC+5:45');
  expect(offsetName(at('2026-11-25T10:00:00Z'), 'UTC')).toBe('UTC+0');
  expect(zoneText('America/New_York', at('2026-07-01T10:00:00Z'))).toBe('America/New York (UTC−4)');
  expect(zoneText('UTC', 0)).toBe('UTC');
  expect([isZone('Europe/Berlin'), isZone('Mars/Olympus'), isZone('')]).toEqual([true, false, false]);
});
