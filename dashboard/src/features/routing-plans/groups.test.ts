import { describe, expect, test } from 'vitest';
import type { Route } from '@/api/types';
import { move, share, toGroups, toRoutes } from './groups';

const ROUTES: Route[] = [
  { target: 'a', priority: 1, weight: 3 },
  { target: 'b', priority: 5 },
  { target: 'c', priority: 1 },
];
const shape = (groups: ReturnType<typeof toGroups>) =>
  groups.map((group) => group.routes.map(({ route }) => route.target));

describe('a plan’s routes', () => {
  test('are grouped by priority and written back in order', () => {
    const groups = toGroups(ROUTES);
    expect(shape(groups)).toEqual([['a', 'c'], ['b']]);
    expect(toRoutes(groups)).toEqual([
      { target: 'a', priority: 1, weight: 3 },
      { target: 'c', priority: 1 },
      { target: 'b', priority: 2 },
    ]);
  });

  test('share the calls of their group by weight; who is off gets none', () => {
    const [group] = toGroups([...ROUTES, { target: 'd', weight: 9, enabled: false }]);
    if (group === undefined) throw new Error('no group');
    expect(group.routes.map(({ route }) => share(group, route))).toEqual([0.75, 0.25, 0]);
  });

  test('move within a group, to another, and into a new last one', () => {
    const groups = toGroups(ROUTES);
    const a = groups[0]?.routes[0]?.key ?? '';
    expect(shape(move(groups, a, 0, 2))).toEqual([['c', 'a'], ['b']]);
    expect(shape(move(groups, a, 1, 0))).toEqual([['c'], ['a', 'b']]);
    expect(shape(move(groups, a, 2, 0))).toEqual([['c'], ['b'], ['a']]);
  });

  test('a group that is left empty is gone', () => {
    const groups = toGroups(ROUTES);
    const b = groups[1]?.routes[0]?.key ?? '';
    expect(shape(move(groups, b, 0, 0))).toEqual([['b', 'a', 'c']]);
  });
});
