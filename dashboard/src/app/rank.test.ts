import { expect, test } from 'vitest';
import { rank } from './rank';

test('letters that are merely somewhere are no match', () => {
  expect(rank('Targets Routing buyers destinations', 'audit')).toBe(0);
});

test('the beginning goes before a later word, and that before the middle of one', () => {
  const ranks = ['Audit log Settings', 'Settings Audit log', 'Unaudited'].map((entry) =>
    rank(entry, 'audit'),
  );
  expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
  expect(new Set(ranks).size).toBe(3);
});

test('every word counts', () => {
  expect(rank('Routing plans Routing weights priority', 'routing weight')).toBeGreaterThan(0);
  expect(rank('Routing plans Routing weights priority', 'routing zebra')).toBe(0);
});
