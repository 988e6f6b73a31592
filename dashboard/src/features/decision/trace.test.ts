import { expect, test } from 'vitest';
import { readDecision, readExplained } from './trace';

test('a decision of the server is read', () => {
  const decision = readDecision({
    decision: 2,
    at: '2026-01-05T12:00:00Z',
    trigger: 'digits',
    tags: [{ name: 'lead_source', value: null }],
    nodes: [{ node: 'menu', type: 'menu', branch: 'digits.1', next: 'plan', message: 'pressed 1' }],
    plans: [
      {
        plan: { id: 'p1', name: 'By lead source' },
        overrides: [],
        routes: [
          {
            target: 't1',
            name: 'Premium',
            priority: 1,
            weight: 1,
            verdict: 'filter',
            filter: { tag: 'lead_source', op: 'equals', expected: 'google_ads', value: null, passed: false },
          },
          {
            target: 't2',
            name: 'General',
            priority: 2,
            weight: 1,
            verdict: 'cap_day',
            limit: { used: 5, max: 5 },
          },
        ],
        chosen: { target: 't2', name: 'General', by: 'weight', share: { weight: 1, of: 4 } },
      },
    ],
    result: { told: { action: 'dial', targets: [{ name: 'General' }] } },
  });
  expect(decision.result).toEqual({ action: 'dial', text: 'Dial General' });
  expect(decision.tags[0]).toEqual({ name: 'lead_source', value: undefined, source: undefined });
  expect(decision.plans[0]?.routes[0]?.filter?.text).toBe('lead_source equals google_ads');
  expect(decision.plans[0]?.routes[1]?.limit).toBe('5 of 5');
  expect(decision.plans[0]?.chosen).toEqual([{ target: 't2', by: 'weight', share: '1 of 4' }]);
});

test('targets that ring together are all chosen', () => {
  const decision = readDecision({
    plans: [
      {
        plan: { id: 'p1', name: 'All at once' },
        chosen: { target: 't1', by: 'weight', share: { weight: 1, of: 3 } },
        together_with: [{ target: 't2', by: 'weight', share: { weight: 1, of: 2 } }],
      },
    ],
    result: { told: { action: 'dial', targets: [{ name: 'A' }, { name: 'B' }] } },
  });
  expect(decision.plans[0]?.chosen.map((each) => [each.target, each.share])).toEqual([
    ['t1', '1 of 3'],
    ['t2', '1 of 2'],
  ]);
  expect(decision.result.text).toBe('Dial A and B together');
});

test('groups within groups are explained', () => {
  const explained = readExplained({
    all: [{ not: { tag: 'state', op: 'equals', expected: 'CA', value: 'CA', passed: true }, passed: false }],
    passed: false,
  });
  expect(explained?.parts[0]?.parts[0]).toMatchObject({ text: 'state equals CA', passed: true, seen: 'CA' });
});

test('what is none of ours does not break the page', () => {
  expect(readDecision(null)).toMatchObject({ number: 0, plans: [], nodes: [] });
});
