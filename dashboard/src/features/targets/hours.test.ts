import { expect, test } from 'vitest';
import { fromWeekText, toWeekText, weekInShort } from './hours';

const WEEK = {
  monday: [
    { from: '09:00', to: '12:00' },
    { from: '13:00', to: '17:30' },
  ],
  tuesday: [
    { from: '09:00', to: '12:00' },
    { from: '13:00', to: '17:30' },
  ],
  saturday: [{ from: '10:00', to: '24:00' }],
};

test('a week goes through its text unchanged', () => {
  expect(fromWeekText(toWeekText({ time_zone: 'UTC', week: WEEK }))).toEqual(WEEK);
});

test('days with the same hours are told together', () => {
  expect(weekInShort({ time_zone: 'UTC', week: WEEK })).toBe(
    'Mo–Tu 09:00-12:00, 13:00-17:30, Sa 10:00-24:00',
  );
});
