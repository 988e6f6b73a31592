import { expect, test } from 'vitest';
import type { SavedView } from '@/api/types';
import { chosenView, queryOf, sameColumns, searchOf } from './view';

const view = (id: string, search: string, columns: string[] | null = null) =>
  ({ id, name: id, search, columns, mine: true }) as SavedView;

test('a view is chosen by what the page shows, in whatever order its filters came', () => {
  const views = [view('failed', 'status=failed&range=7d'), view('all', '')];
  expect(chosenView(views, { range: '7d', status: 'failed' }, undefined)?.id).toBe('failed');
  expect(chosenView(views, { status: 'failed' }, undefined)).toBeUndefined();
  expect(chosenView(views, {}, undefined)?.id).toBe('all');
});

test('of two with the same filters the one with the same columns is chosen', () => {
  const views = [view('wide', 'status=failed', ['zip', 'state']), view('narrow', 'status=failed', ['id'])];
  expect(chosenView(views, { status: 'failed' }, ['id'])?.id).toBe('narrow');
  expect(chosenView(views, { status: 'failed' }, ['state', 'zip'])?.id).toBe('wide');
  expect(chosenView(views, { status: 'failed' }, ['dialed'])).toBeUndefined();
});

test('what is saved is read back as it was', () => {
  const search = { tag: 'lead source = a&b', from: '2026-01-05T12:00:00Z', caller: undefined };
  expect(queryOf(search)).not.toContain('?');
  expect(queryOf(search)).not.toMatch(/\s/);
  expect(searchOf(view('one', queryOf(search)))).toEqual({ tag: search.tag, from: search.from });
});

test('columns are the same in any order', () => {
  expect(sameColumns(['a', 'b'], ['b', 'a'])).toBe(true);
  expect(sameColumns(['a', 'b'], ['a'])).toBe(false);
});
