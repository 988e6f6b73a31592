import { expect, test } from 'vitest';
import { bars } from './traffic-bars';

test('the busiest hour is the highest, and one or one bad among many is seen', () => {
  const point = (all: number, bad = 0) => ({ all, bad });
  expect(bars([point(0), point(1000, 1), point(500), point(1), point(2, 2)], 20)).toEqual([
    { good: 1, bad: 0 },
    { good: 19, bad: 1 },
    { good: 10, bad: 0 },
    { good: 3, bad: 0 },
    { good: 0, bad: 3 },
  ]);
});
