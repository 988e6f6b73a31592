import { expect, test } from 'vitest';
import type { CallTotals } from '@/api/types';
import { averageSeconds, change, nextSort, percent, readSort, share, sorted } from './figures';

const row = (name: string, calls: number, margin: number): CallTotals & { name: string } => ({
  name,
  calls,
  connected: 0,
  converted: 0,
  connected_seconds: 0,
  revenue_paid_out: 0,
  publisher_paid_out: 0,
  margin,
});

test('change is reckoned from what was, also from a loss', () => {
  expect([change(120, 100), change(50, 100), change(0, 0), change(3, 0)]).toEqual([20, -50, 0, undefined]);
  expect(change(5, -10)).toBe(150);
  expect([percent(12.34), percent(1234.5), percent(undefined), percent(share(1, 0))]).toEqual([
    '12.3%',
    '1,235%',
    '–',
    '–',
  ]);
});

test('the average is of calls that somebody answered', () => {
  expect(averageSeconds({ ...row('', 9, 0), connected: 2, connected_seconds: 241 })).toBe(121);
  expect(averageSeconds(row('', 9, 0))).toBe(0);
});

test('a column is sorted the way one looks for first, then the other, then not', () => {
  const rows = [row('b', 3, -1), row('a', 2, 5)];
  const order = (text: string | undefined) => sorted(rows, readSort(text)).map((each) => each.name);
  expect([order(undefined), order('item'), order('-margin'), order('margin'), order('-nonsense')]).toEqual([
    ['b', 'a'],
    ['a', 'b'],
    ['a', 'b'],
    ['b', 'a'],
    ['b', 'a'],
  ]);
  expect(nextSort(undefined, 'margin')).toBe('-margin');
  expect(nextSort(readSort('-margin'), 'margin')).toBe('margin');
  expect(nextSort(readSort('margin'), 'margin')).toBeUndefined();
  expect(nextSort(undefined, 'item')).toBe('item');
});
