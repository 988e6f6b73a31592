import { useState } from 'react';

/** Which columns of a table are hidden; kept in this browser. */
export function useHiddenColumns(
  table: string,
  atFirst: string[],
): [Record<string, boolean>, (id: string, shown: boolean) => void, (hidden: string[]) => void] {
  const key = `hookline.columns.${table}`;
  const [hidden, setHidden] = useState<string[]>(() => read(key) ?? atFirst);
  const hide = (next: string[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setHidden(next);
  };
  const show = (id: string, shown: boolean) =>
    hide(shown ? hidden.filter((each) => each !== id) : [...hidden, id]);
  return [Object.fromEntries(hidden.map((id) => [id, false])), show, hide];
}

function read(key: string): string[] | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : undefined;
  } catch {
    return undefined;
  }
}
