import { expect, test } from 'vitest';
import { bars } from './traffic-bars';

test('the busiest hour is the highest, and one request or refusal among many is seen', () => {
  const point = (requests: number, refused = 0) => ({ requests, refused });
  expect(bars([point(0), point(1000, 1), point(500), point(1), point(2, 2)], 20)).toEqual([
    { accepted: 1, refused: 0 },
    { accepted: 19, refused: 1 },
    { accepted: 10, refused: 0 },
    { accepted: 3, refused: 0 },
    { accepted: 0, refused: 3 },
  ]);
});
