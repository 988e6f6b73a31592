interface Difference {
  field: string;
  before: string | undefined;
  after: string | undefined;
}

/** Which fields of an object changed, each as text; objects within are compared field by field. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  const one = fields(before);
  const two = fields(after);
  if (one === undefined && two === undefined) {
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    return [{ field: path === '' ? 'all' : path, before: text(before), after: text(after) }];
  }
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(two ?? {})])];
  return names
    .filter((name) => path !== '' || name !== 'updated_at')
    .flatMap((name) => differences(one?.[name], two?.[name], path === '' ? name : `${path}.${name}`));
}

function fields(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
