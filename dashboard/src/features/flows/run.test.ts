import { expect, test } from 'vitest';
import type { Decision } from '@/api/types';
import { askedOf, pathOf, readTags, toRun } from './run';

const passing = (nodes: Decision['nodes']): Decision => ({
  decision: 0,
  at: '2026-01-05T12:00:00Z',
  trigger: 'start',
  tags: [],
  nodes,
  plans: [],
  result: 'over',
});
const run = toRun(
  [
    passing([
      { node: 'start', type: 'start', branch: 'next' },
      { node: 'menu', type: 'menu' },
    ]),
    passing([
      { node: 'menu', type: 'menu', branch: 'digits.1' },
      { node: 'ask', type: 'http_request' },
    ]),
  ],
  { action: 'wait' },
);

test('the way is lit step by step, and a node that waited goes on from where it was', () => {
  expect(pathOf(run.steps, 1).ways.size).toBe(0);
  expect([...pathOf(run.steps, 2).ways]).toEqual(['start next']);
  expect([...pathOf(run.steps, 3).ways]).toEqual(['start next']);
  expect([...pathOf(run.steps, 4).ways]).toEqual(['start next', 'menu digits.1']);
});

test('who is asked is told by the node at which the run stands', () => {
  expect(askedOf(run)).toBe('server');
  expect(run.instruction.action).toBe('wait');
});

test('tags are written a line each', () => {
  expect(readTags('state = CA\n\nnot a tag\nurl=a=b')).toEqual({ state: 'CA', url: 'a=b' });
});
