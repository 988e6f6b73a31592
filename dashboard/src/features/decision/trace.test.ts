import { expect, test } from 'vitest';
import type { Decision } from '@/api/types';
import { chosenOf, isPlan, nameOf, readDecisions, resultOf, type SeenPlan, wordsOf } from './trace';
import { choiceOf, verdictOf } from './verdicts';

const PLAN: SeenPlan = {
  plan: { id: 'p1', name: 'By lead source' },
  overrides: [],
  routes: [
    { target: 't1', name: 'Premium', priority: 1, weight: 1, verdict: 'filter' },
    { target: 't2', priority: 2, weight: 1, verdict: 'cap_day', limit: { used: 5, max: 5 } },
  ],
  chosen: { target: 't2', name: 'General', by: 'weight', share: { weight: 1, of: 4 } },
};
const decided = (result: Decision['result']): Decision => ({
  decision: 1,
  at: '2026-01-05T12:00:00Z',
  trigger: 'start',
  tags: [],
  nodes: [],
  plans: [],
  result,
});
const target = (name: string) => ({ id: name, name, destination: '+18005550111', ring_seconds: 30 });

test('a route is told by its verdict, the limit that it met and how it was chosen', () => {
  const [premium, general] = PLAN.routes;
  expect(premium && verdictOf(premium)).toBe('Filter did not pass');
  expect(general && verdictOf(general)).toBe('Cap of the day used up (5 of 5)');
  expect(general && nameOf(general)).toBe('a target that is no more');
  expect(choiceOf(PLAN, 't2', false)).toBe('chosen by weight, 1 of 4');
  expect(choiceOf(PLAN, 't1', false)).toBeUndefined();
});

test('targets that ring together are all chosen', () => {
  const together: SeenPlan = {
    ...PLAN,
    together_with: [{ target: 't1', name: 'Premium', by: 'weight', share: { weight: 1, of: 2 } }],
  };
  expect(chosenOf(together).map((each) => each.target)).toEqual(['t2', 't1']);
  expect(choiceOf(together, 't1', false)).toBe('chosen by weight, 1 of 2, to ring together');
});

test('a flow’s own choice of targets is no plan', () => {
  expect(isPlan(PLAN)).toBe(true);
  expect(isPlan({ ...PLAN, plan: { id: '00000000-0000-0000-0000-000000000000', name: '' } })).toBe(false);
});

test.each<[Decision['result'], string, string]>([
  [
    { told: { action: 'dial', strategy: 'simultaneous', targets: [target('A'), target('B')] } },
    'dial',
    'Dial A and B together',
  ],
  [
    { told: { action: 'redirect', url: 'https://a.example/68', target: 't1', name: 'Form' } },
    'redirect',
    'Lead the caller to Form at https://a.example/68',
  ],
  [
    { told: { action: 'menu', prompt: 'Press 1', digits: ['1', '2'], timeout_seconds: 5, attempt: 1 } },
    'menu',
    'Play “Press 1” and wait for 1, 2',
  ],
  [{ told: { action: 'reject', code: 'filtered', reason: 'No match' } }, 'reject', 'Reject: No match'],
  [{ asking: { http: {} } }, 'wait', 'Wait for another system’s answer'],
  ['connected', 'connected', 'Connected'],
  ['over', 'over', 'Over'],
])('where a decision left the call is told: %j', (result, action, text) => {
  expect(resultOf(decided(result))).toEqual({ action, text });
});

test('groups within groups are explained', () => {
  const state = { tag: 'state', op: 'not_equals', expected: 'CA', value: 'NY', passed: true } as const;
  const all = wordsOf({ all: [{ not: state, passed: false }], passed: false });
  expect(all).toEqual({ text: 'All of', parts: [{ not: state, passed: false }] });
  expect(wordsOf({ not: state, passed: false })).toEqual({ text: 'Not', parts: [state] });
  expect(wordsOf(state)).toEqual({ text: 'state not equals CA', parts: [] });
  expect(wordsOf({ tag: 'state', op: 'exists', passed: false }).text).toBe('state exists');
});

test('what an old decision lacks, and one that can’t be read, do not break the page', () => {
  const old = { decision: 1, plans: [{ plan: PLAN.plan }] } as unknown as Decision;
  expect(readDecisions([null, old])).toEqual([
    {
      decision: 1,
      tags: [],
      nodes: [],
      plans: [{ plan: PLAN.plan, overrides: [], routes: [] }],
    },
  ]);
});
