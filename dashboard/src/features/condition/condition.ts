/**
 * A filter on tags. The server takes any nesting; the editor shows one group of comparisons, and what is nested
 * deeper stays as it is and is edited as JSON.
 */
export interface Leaf {
  tag: string;
  op: string;
  value: string;
}

export interface Simple {
  how: 'all' | 'any';
  leaves: Leaf[];
}

interface OpSpec {
  op: string;
  label: string;
  takes: 'text' | 'number' | 'list' | 'range' | 'nothing';
}

export const OPS: OpSpec[] = [
  { op: 'equals', label: 'is', takes: 'text' },
  { op: 'not_equals', label: 'is not', takes: 'text' },
  { op: 'contains', label: 'contains', takes: 'text' },
  { op: 'not_contains', label: 'does not contain', takes: 'text' },
  { op: 'starts_with', label: 'starts with', takes: 'text' },
  { op: 'ends_with', label: 'ends with', takes: 'text' },
  { op: 'matches', label: 'matches regex', takes: 'text' },
  { op: 'is_one_of', label: 'is one of', takes: 'list' },
  { op: 'is_not_one_of', label: 'is none of', takes: 'list' },
  { op: 'greater_than', label: '>', takes: 'number' },
  { op: 'at_least', label: '≥', takes: 'number' },
  { op: 'less_than', label: '<', takes: 'number' },
  { op: 'at_most', label: '≤', takes: 'number' },
  { op: 'between', label: 'between', takes: 'range' },
  { op: 'exists', label: 'is set', takes: 'nothing' },
  { op: 'not_exists', label: 'is not set', takes: 'nothing' },
];

const BY_OP = new Map(OPS.map((spec) => [spec.op, spec]));
export const takes = (op: string) => BY_OP.get(op)?.takes ?? 'text';

/** The filter as one group of comparisons, if it is no more than that. */
export function toSimple(raw: unknown): Simple | undefined {
  if (raw === undefined || raw === null) return { how: 'all', leaves: [] };
  if (typeof raw !== 'object') return undefined;
  const from = raw as Record<string, unknown>;
  for (const how of ['all', 'any'] as const) {
    const parts = from[how];
    if (Array.isArray(parts)) {
      const leaves = parts.map(toLeaf);
      return leaves.every((leaf) => leaf !== undefined) ? { how, leaves } : undefined;
    }
  }
  const leaf = toLeaf(raw);
  return leaf && { how: 'all', leaves: [leaf] };
}

function toLeaf(raw: unknown): Leaf | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { tag, op, value, values, from, to, ...rest } = raw as Record<string, unknown>;
  if (typeof tag !== 'string' || typeof op !== 'string' || !BY_OP.has(op)) return undefined;
  if (Object.keys(rest).length > 0) return undefined;
  const shown = Array.isArray(values) ? values : from === undefined ? [value ?? ''] : [from, to];
  return { tag, op, value: shown.join(', ') };
}

export function fromSimple({ how, leaves }: Simple): Record<string, unknown> | null {
  const written = leaves.map(fromLeaf);
  if (written.length === 0) return null;
  return written.length === 1 && written[0] ? written[0] : { [how]: written };
}

function fromLeaf({ tag, op, value }: Leaf): Record<string, unknown> {
  const list = value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  switch (takes(op)) {
    case 'nothing':
      return { tag, op };
    case 'number':
      return { tag, op, value: number(value) };
    case 'list':
      return { tag, op, values: list };
    case 'range':
      return { tag, op, from: number(list[0] ?? ''), to: number(list[1] ?? '') };
    default:
      return { tag, op, value };
  }
}

/** The server says what is wrong with text that is no number, so it gets it as it was typed. */
function number(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A filter in a line. */
export function conditionText(raw: unknown): string {
  const simple = toSimple(raw);
  if (simple === undefined) return JSON.stringify(raw);
  return simple.leaves
    .map(({ tag, op, value }) =>
      [tag, BY_OP.get(op)?.label ?? op, value].filter((word) => word !== '').join(' '),
    )
    .join(simple.how === 'all' ? ' and ' : ' or ');
}
