import type { Route } from '@/api/types';

/** A route with an identity that lasts while it is moved about. */
export interface Placed {
  key: string;
  route: Route;
}

/** Routes of one priority: they share the calls by weight. */
export interface Group {
  routes: Placed[];
}

/** The groups of a plan, first tried first. */
export function toGroups(routes: Route[]): Group[] {
  const byPriority = new Map<number, Placed[]>();
  routes.forEach((route, at) => {
    const priority = route.priority ?? 1;
    const placed = { key: `${at}-${route.target}`, route };
    byPriority.set(priority, [...(byPriority.get(priority) ?? []), placed]);
  });
  return [...byPriority].sort(([a], [b]) => a - b).map(([, group]) => ({ routes: group }));
}

/** The routes again, with priorities 1, 2, 3 by the order of the groups. */
export function toRoutes(groups: Group[]): Route[] {
  return groups
    .filter((group) => group.routes.length > 0)
    .flatMap((group, at) => group.routes.map(({ route }) => ({ ...route, priority: at + 1 })));
}

/** A route's part of its group's calls, if all of them can take the call. */
export function share(group: Group, route: Route): number {
  const weight = (each: Route) => (each.enabled === false ? 0 : (each.weight ?? 1));
  const sum = group.routes.reduce((total, each) => total + weight(each.route), 0);
  return sum === 0 ? 0 : weight(route) / sum;
}

/** Moves a route to a place in a group; past the last group it gets one of its own. */
export function move(groups: Group[], key: string, toGroup: number, toPlace: number): Group[] {
  const placed = groups.flatMap((group) => group.routes).find((each) => each.key === key);
  if (placed === undefined) return groups;
  const fromGroup = groups.findIndex((group) => group.routes.includes(placed));
  const fromPlace = groups[fromGroup]?.routes.indexOf(placed) ?? 0;
  const without = groups.map((group) => ({ routes: group.routes.filter((each) => each !== placed) }));
  if (toGroup >= without.length) without.push({ routes: [] });
  const place = fromGroup === toGroup && fromPlace < toPlace ? toPlace - 1 : toPlace;
  without[toGroup]?.routes.splice(place, 0, placed);
  return without.filter((group) => group.routes.length > 0);
}
