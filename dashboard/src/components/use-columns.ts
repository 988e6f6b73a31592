import { useState } from 'react';

/** Which columns of a table are hidden; kept in this browser. */
export function useHiddenColumns(
  table: string,
  atFirst: string[],
): [Record<string, boolean>, (id: string, shown: boolean) => void] {
  const key = `hookline.columns.${table}`;
  const [hidden, setHidden] = useState<string[]>(() => read(key) ?? atFirst);
  const show = (id: string, shown: boolean) => {
    const next = shown ? hidden.filter((each) => each !== id) : [...hidden, id];
    localStorage.setItem(key, JSON.stringify(next));
    setHidden(next);
  };
  return [Object.fromEntries(hidden.map((id) => [id, false])), show];
}

function read(key: string): string[] | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : undefined;
  } catch {
    return undefined;
  }
}
