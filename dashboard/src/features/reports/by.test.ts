import { expect, test } from 'vitest';
import { chartUnit, chosenBy, drillDown, tickLabel, timeLabel } from './by';

const ZONE = 'America/New_York';
const PERIOD = { from: Date.parse('2026-11-19T05:00:00Z'), to: Date.parse('2026-11-25T15:15:00Z') };

test('a report is by what suits its time, and its chart goes along time', () => {
  expect([chosenBy(undefined, 1), chosenBy(undefined, 7), chosenBy(undefined, 365)]).toEqual([
    'hour',
    'day',
    'month',
  ]);
  expect([chosenBy('target', 7), chosenBy('tag.age', 7), chosenBy('tag.', 7), chosenBy('x', 7)]).toEqual([
    'target',
    'tag.age',
    'day',
    'day',
  ]);
  expect([chartUnit('day', 1), chartUnit('month', 31), chartUnit('month', 32)]).toEqual([
    'hour',
    'day',
    'month',
  ]);
  expect([chartUnit('target', 1), chartUnit('target', 30), chartUnit('hour', 30)]).toEqual([
    'hour',
    'day',
    'hour',
  ]);
});

test('times are told as one would say them', () => {
  expect(timeLabel('hour', '2026-11-25T14:00')).toBe('Nov 25, 14:00');
  expect(timeLabel('day', '2026-11-25')).toBe('Wed, Nov 25');
  expect(timeLabel('month', '2026-11')).toBe('November 2026');
  expect(tickLabel('hour', '2026-11-25T00:00')).toBe('Nov 25');
  expect(tickLabel('hour', '2026-11-25T14:00')).toBe('14:00');
});

test('a row leads to its calls, with the filters of the report', () => {
  expect(drillDown('day', '2026-11-20', { campaign: 'c' }, PERIOD, ZONE)).toEqual({
    campaign: 'c',
    from: '2026-11-20T05:00:00.000Z',
    to: '2026-11-21T05:00:00.000Z',
  });
  expect(drillDown('day', '2026-11-25', {}, PERIOD, ZONE)?.to).toBe('2026-11-25T15:15:00.000Z');
  expect(drillDown('hour', '2026-11-20T09:00', {}, PERIOD, ZONE)?.from).toBe('2026-11-20T14:00:00.000Z');
  expect(drillDown('target', 'Desk', { campaign: 'c' }, PERIOD, ZONE)).toEqual({
    campaign: 'c',
    target: 'Desk',
    from: '2026-11-19T05:00:00.000Z',
    to: '2026-11-25T15:15:00.000Z',
  });
  expect(drillDown('tag.age', '70', {}, PERIOD, ZONE)?.tag).toBe('age = 70');
});

test('calls that no filter can name have no link', () => {
  expect(drillDown('campaign', null, {}, PERIOD, ZONE)).toBeUndefined();
  expect(drillDown('tag.age', '70, 71', {}, PERIOD, ZONE)).toBeUndefined();
  expect(drillDown('tag.age', '(others)', {}, PERIOD, ZONE)).toBeUndefined();
});
