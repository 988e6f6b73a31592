import { expect, test } from 'vitest';
import { differences } from './differences';

test('only what changed is told, with its place', () => {
  const before = { name: 'A', settings: { rate: { count: 1 }, on: true }, updated_at: '1' };
  const after = { name: 'A', settings: { rate: { count: 2 }, on: true, extra: [1] }, updated_at: '2' };
  expect(differences(before, after)).toEqual([
    { field: 'settings.rate.count', before: '1', after: '2' },
    { field: 'settings.extra', before: undefined, after: '[\n 1\n]' },
  ]);
});

test('what was made or deleted is told field by field', () => {
  expect(differences(null, { name: 'A' })).toEqual([{ field: 'name', before: undefined, after: 'A' }]);
  expect(differences({ name: 'A' }, null)).toEqual([{ field: 'name', before: 'A', after: undefined }]);
});
