import { expect, test } from 'vitest';
import type { Condition } from '@/api/types';
import { conditionText, fromGroup, toGroup } from './condition';

const again = (raw: Condition) => fromGroup(toGroup(raw));
const state: Condition = { tag: 'state', op: 'equals', value: 'CA' };
const age: Condition = { tag: 'age', op: 'at_least', value: 65 };

test('a group of comparisons goes through the editor unchanged', () => {
  const filter: Condition = {
    any: [
      { tag: 'lead_source', op: 'equals', value: 'google_ads' },
      { tag: 'zip_code', op: 'is_one_of', values: ['90210', '02134'] },
      { tag: 'age', op: 'between', from: 18, to: 65.5 },
      age,
      { tag: 'state', op: 'not_exists' },
    ],
  };
  expect(again(filter)).toEqual(filter);
});

test('one comparison needs no group, and none is no filter', () => {
  expect(again(state)).toEqual(state);
  expect(again({ all: [state] })).toEqual(state);
  expect(fromGroup({ how: 'all', parts: [] })).toBeNull();
});

test.each<Condition>([
  { all: [{ any: [state, age] }, { not: state }, { not: { all: [state, { any: [age, state] }] } }] },
  { not: { any: [state, age] } },
  { not: { all: [state, age] } },
  { not: { not: state } },
  { not: { any: [{ not: { all: [state, age] } }, age] } },
])('groups within groups go through unchanged: %j', (filter) => {
  expect(again(filter)).toEqual(filter);
});

test('a denied group is one group with another word', () => {
  expect(toGroup({ not: { any: [state, age] } }).how).toBe('none');
  expect(toGroup({ not: { all: [state, age] } }).how).toBe('not_all');
  expect(toGroup({ not: state })).toMatchObject({ how: 'none', parts: [{ tag: 'state' }] });
});

test('whether case counts is kept where it means something', () => {
  const exact: Condition = { ...state, case_sensitive: true };
  expect(again(exact)).toEqual(exact);
  const list: Condition = { tag: 'zip', op: 'is_one_of', values: ['a', 'b'], case_sensitive: true };
  expect(again(list)).toEqual(list);
  expect(
    fromGroup({ how: 'all', parts: [{ tag: 'age', op: 'at_least', value: '65', exact: true }] }),
  ).toEqual(age);
});

test.each([
  { all: [state, { tag: 'state', op: 'sounds_like', value: 'x' }] },
  { all: [state, { tag: 'city', op: 'is_one_of', values: ['Paris, Texas', 'Rome'] }] },
  { any: [state], all: [age] },
  { tag: 'state', op: 'equals', value: 'CA', weight: 2 },
  { all: [state, 'CA'] },
  { any: 'CA' },
  'CA',
])('what the editor can’t show is left alone: %j', (filter) => {
  expect(again(filter as Condition)).toEqual(filter);
});

test('a filter can be read in a line', () => {
  expect(conditionText({ all: [state, age] })).toBe('state is CA and age ≥ 65');
  expect(conditionText({ any: [{ all: [state, age] }, { not: { any: [state, age] } }] })).toBe(
    '(state is CA and age ≥ 65) or not (state is CA or age ≥ 65)',
  );
  expect(conditionText({ ...state, case_sensitive: true })).toBe('state is CA (same case)');
});
