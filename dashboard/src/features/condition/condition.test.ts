import { expect, test } from 'vitest';
import { conditionText, fromSimple, toSimple } from './condition';

test('a group of comparisons goes through the editor unchanged', () => {
  const filter = {
    any: [
      { tag: 'lead_source', op: 'equals', value: 'google_ads' },
      { tag: 'zip_code', op: 'is_one_of', values: ['90210', '02134'] },
      { tag: 'age', op: 'between', from: 18, to: 65.5 },
      { tag: 'age', op: 'at_least', value: 65 },
      { tag: 'state', op: 'not_exists' },
    ],
  };
  const simple = toSimple(filter);
  expect(simple && fromSimple(simple)).toEqual(filter);
});

test('one comparison needs no group, and none is no filter', () => {
  const one = { tag: 'state', op: 'equals', value: 'CA' };
  const simple = toSimple(one);
  expect(simple && fromSimple(simple)).toEqual(one);
  expect(fromSimple({ how: 'all', leaves: [] })).toBeNull();
});

test('what the editor can’t show is left alone', () => {
  expect(toSimple({ all: [{ not: { tag: 'a', op: 'exists' } }] })).toBeUndefined();
  expect(toSimple({ tag: 'a', op: 'equals', value: 'x', case_sensitive: true })).toBeUndefined();
});

test('a filter can be read in a line', () => {
  expect(
    conditionText({
      all: [
        { tag: 'state', op: 'equals', value: 'CA' },
        { tag: 'age', op: 'at_least', value: 65 },
      ],
    }),
  ).toBe('state is CA and age ≥ 65');
});
