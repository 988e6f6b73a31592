import { expect, test } from 'vitest';
import type { Decision } from '@/api/types';
import type { Graph } from '../flows/graph';
import { fits, toScene } from './scene';
import { readDecisions, type SeenPlan } from './trace';

const flow: Graph = {
  version: 1,
  start: 'start',
  nodes: {
    start: { type: 'start', next: 'menu' },
    menu: { type: 'menu', digits: { '1': 'plan' } },
    plan: { type: 'routing_plan', plan: 'p1' },
  },
};
/** Some of a decision: what is left out does not count here. */
const decided = (...some: Partial<Decision>[]) => readDecisions(some as Decision[]);
const plan: SeenPlan = {
  overrides: [],
  plan: { id: 'p1', name: 'By source' },
  routes: [
    { target: 't1', name: 'Premium', verdict: 'filter' },
    { target: 't2', name: 'General', verdict: 'eligible' },
  ],
  chosen: { target: 't2', name: 'General', by: 'weight', share: { weight: 1, of: 1 } },
};
const decisions = decided(
  {
    nodes: [
      { node: 'start', type: 'start', branch: 'next' },
      { node: 'menu', type: 'menu' },
    ],
  },
  {
    nodes: [
      { node: 'menu', type: 'menu', branch: 'digits.1' },
      { node: 'plan', type: 'routing_plan' },
    ],
    plans: [plan],
  },
);

test('the whole way is lit, and each target hangs off the plan’s node with its verdict', () => {
  const scene = toScene(decisions, 1, flow);
  expect([...(scene?.path.ways ?? [])]).toEqual(['start next', 'menu digits.1']);
  expect(scene?.extra.edges.map((edge) => edge.source)).toEqual(['plan', 'plan']);
  expect(scene?.extra.nodes.map((node) => [node.data.name, node.data.state])).toEqual([
    ['Premium', 'refused'],
    ['General', 'chosen'],
  ]);
});

test('all that ring together are marked, at the dial node that names them', () => {
  const several: Graph = {
    version: 1,
    start: 'ring',
    nodes: { ring: { type: 'dial', targets: ['t1', 't2'], strategy: 'simultaneous' } },
  };
  const ringing: SeenPlan = {
    overrides: [],
    plan: { id: '00000000-0000-0000-0000-000000000000', name: '' },
    routes: [
      { target: 't1', name: 'A', verdict: 'eligible' },
      { target: 't2', name: 'B', verdict: 'eligible' },
    ],
    chosen: { target: 't2', name: 'B', by: 'weight', share: { weight: 1, of: 2 } },
    together_with: [{ target: 't1', name: 'A', by: 'weight', share: { weight: 1, of: 1 } }],
  };
  const scene = toScene(decided({ nodes: [{ node: 'ring', type: 'dial' }], plans: [ringing] }), 0, several);
  expect(scene?.extra.edges.map((edge) => [edge.source, edge.className])).toEqual([
    ['ring', 'lit'],
    ['ring', 'lit'],
  ]);
  expect(scene?.extra.nodes.map((node) => node.data.verdict)).toEqual([
    'Chosen by weight, 1 of 1, to ring together',
    'Chosen by weight, 1 of 2, to ring together',
  ]);
});

test('a call that went by a plan alone has a picture, too', () => {
  const scene = toScene(decided({ plans: [plan] }), 0, undefined);
  expect(Object.keys(scene?.graph.nodes ?? {})).toEqual(['the-call', 'plan-0']);
  expect(scene?.path.nodes).toEqual(['the-call', 'plan-0']);
});

test('a flow without a node that the call passed is not its flow', () => {
  expect(fits(flow, decisions)).toBe(true);
  expect(fits({ version: 1, nodes: {} }, decisions)).toBe(false);
  expect(toScene(decisions, 0, undefined)).toBeUndefined();
});
