import type { SavedView } from '@/api/types';
import { parseSearch, stringifySearch } from '@/app/search';

/** A page's filters, as they stand in its address. */
export type Search = Record<string, string | undefined>;

/** What is stored of a page's filters: the query of its address. */
export function queryOf(search: Search): string {
  return stringifySearch(search).replace(/^\?/, '');
}

/** The filters that a view sets. */
export function searchOf(view: SavedView): Record<string, string> {
  return parseSearch(view.search);
}

const sorted = (search: Search) =>
  queryOf(Object.fromEntries(Object.entries(search).sort(([a], [b]) => (a < b ? -1 : 1))));

export function sameColumns(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

/** The view whose filters, and columns if it has some, are those of the page now. */
export function chosenView(
  views: SavedView[],
  search: Search,
  columns: string[] | undefined,
): SavedView | undefined {
  const now = sorted(search);
  return views.find(
    (view) =>
      sorted(searchOf(view)) === now && (!view.columns || !columns || sameColumns(view.columns, columns)),
  );
}
