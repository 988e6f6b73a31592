import { expect, test } from 'vitest';
import { readEffect } from './effect';

test('each changed call has its when', () => {
  expect(
    readEffect({ call_log_ids: ['a', 'b'], when: ['completed', 'before_routing'], normalized: { n: 1 } }),
  ).toEqual({
    calls: [
      { id: 'a', when: 'completed' },
      { id: 'b', when: 'before_routing' },
    ],
    more: [['normalized', '{"n":1}']],
  });
});

test('a request without effect has none', () => {
  expect(readEffect({})).toEqual({ calls: [], more: [] });
  expect(readEffect(null)).toEqual({ calls: [], more: [] });
});
