import { expect, test } from 'vitest';
import { rangeStart } from './range';

test('a span begins its length ago, at a whole minute', () => {
  const now = new Date('2026-01-05T12:34:56.789Z');
  expect(rangeStart('1h', now)).toBe('2026-01-05T11:34:00.000Z');
  expect(rangeStart('7d', now)).toBe('2025-12-29T12:34:00.000Z');
  expect(rangeStart(undefined, now)).toBeUndefined();
  expect(rangeStart('nonsense', now)).toBeUndefined();
});
