import { expect, test } from 'vitest';
import { changedCalls } from './effect';

test('each changed call has its when', () => {
  expect(changedCalls({ call_log_ids: ['a', 'b'], when: ['completed', 'before_routing'] })).toEqual([
    { id: 'a', when: 'completed' },
    { id: 'b', when: 'before_routing' },
  ]);
});

test('call data changes the calls that are live', () => {
  expect(changedCalls({ live_call_log_ids: ['a'], when: ['next_decision'] })).toEqual([
    { id: 'a', when: 'next_decision' },
  ]);
});

test('a request without effect has none', () => {
  expect(changedCalls({})).toEqual([]);
  expect(changedCalls({ held: true, call_log_ids: [], when: ['before_routing'] })).toEqual([]);
});
