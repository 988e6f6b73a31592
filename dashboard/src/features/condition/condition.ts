import type { Condition, Schema } from '@/api/types';

type Op = Schema['ConditionOp'];
type Comparison = Extract<Condition, { tag: string }>;

/** A filter on tags: comparisons, and groups of them within each other to any depth. */
export interface Leaf {
  tag: string;
  op: Op;
  value: string;
  /** Upper and lower case count. */
  exact: boolean;
}

export type How = 'all' | 'any' | 'not_all' | 'none';

export interface Group {
  how: How;
  parts: Part[];
}

/** What the editor can't show, such as a comparison of a newer server. */
export interface Kept {
  kept: Condition;
}

export type Part = Leaf | Group | Kept;

export const isGroup = (part: Part): part is Group => 'parts' in part;
export const isLeaf = (part: Part): part is Leaf => 'op' in part;

interface OpSpec {
  op: Op;
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
export const takes = (op: Op) => BY_OP.get(op)?.takes ?? 'text';
export const hasCase = (op: Op) => takes(op) === 'text' || takes(op) === 'list';

export const FRESH: Leaf = { tag: '', op: 'equals', value: '', exact: false };

/** The filter as the group that the editor begins with. */
export function toGroup(raw: Condition | null | undefined): Group {
  if (raw === undefined || raw === null) return { how: 'all', parts: [] };
  const part = toPart(raw);
  return isGroup(part) ? part : { how: 'all', parts: [part] };
}

/** A flow that is read from a file may have anything in a condition's place: that is kept, too. */
export function toPart(raw: Condition): Part {
  if (typeof raw !== 'object' || raw === null) return { kept: raw };
  if (Object.keys(raw).length !== 1) return toLeaf(raw) ?? { kept: raw };
  if ('all' in raw && Array.isArray(raw.all)) return { how: 'all', parts: raw.all.map(toPart) };
  if ('any' in raw && Array.isArray(raw.any)) return { how: 'any', parts: raw.any.map(toPart) };
  if (!('not' in raw)) return { kept: raw };
  const denied = toPart(raw.not);
  if (isGroup(denied) && denied.how === 'all') return { how: 'not_all', parts: denied.parts };
  if (isGroup(denied) && denied.how === 'any') return { how: 'none', parts: denied.parts };
  return { how: 'none', parts: [denied] };
}

function toLeaf(raw: Condition): Leaf | undefined {
  if (!('tag' in raw)) return undefined;
  const { tag, op, value, values, from: least, to, case_sensitive, ...rest } = raw;
  if (typeof tag !== 'string' || !BY_OP.has(op)) return undefined;
  if (Object.keys(rest).length > 0) return undefined;
  const shown = Array.isArray(values) ? values : least === undefined ? [value ?? ''] : [least, to];
  if (shown.some((each) => typeof each === 'object')) return undefined;
  // A list is shown with commas between, so one within a value can't be.
  if (Array.isArray(values) && values.some((each) => String(each).includes(','))) return undefined;
  return { tag, op, value: shown.join(', '), exact: case_sensitive === true };
}

/** What is sent: no filter if nothing is compared, and no group around a single comparison. */
export function fromGroup(group: Group): Condition | null {
  const [first, ...more] = group.parts;
  if (first === undefined) return null;
  const alone = more.length === 0 && (group.how === 'all' || group.how === 'any');
  return fromPart(alone ? first : group);
}

export function fromPart(part: Part): Condition {
  if (isLeaf(part)) return fromLeaf(part);
  if (!isGroup(part)) return part.kept;
  const parts = part.parts.map(fromPart);
  const [first, ...more] = parts;
  switch (part.how) {
    case 'all':
      return { all: parts };
    case 'any':
      return { any: parts };
    default:
      if (first !== undefined && more.length === 0) return { not: first };
      return { not: part.how === 'none' ? { any: parts } : { all: parts } };
  }
}

export function fromLeaf({ tag, op, value, exact }: Leaf): Comparison {
  const list = value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const matchCase = exact && hasCase(op) ? { case_sensitive: true } : {};
  switch (takes(op)) {
    case 'nothing':
      return { tag, op };
    case 'number':
      return { tag, op, value: number(value) };
    case 'list':
      return { tag, op, values: list, ...matchCase };
    case 'range':
      return { tag, op, from: number(list[0] ?? ''), to: number(list[1] ?? '') };
    default:
      return { tag, op, value, ...matchCase };
  }
}

/** The server says what is wrong with text that is no number, so it gets it as it was typed. */
function number(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A filter in a line. */
export function conditionText(raw: Condition): string {
  return groupText(toGroup(raw));
}

function groupText({ how, parts }: Group): string {
  const joined = parts
    .map((part) => (isGroup(part) && !isNegative(part.how) ? `(${groupText(part)})` : partText(part)))
    .join(how === 'all' || how === 'not_all' ? ' and ' : ' or ');
  return isNegative(how) ? `not (${joined})` : joined;
}

const isNegative = (how: How) => how === 'not_all' || how === 'none';

function partText(part: Part): string {
  if (isGroup(part)) return groupText(part);
  if (!isLeaf(part)) return JSON.stringify(part.kept);
  const words = [part.tag, BY_OP.get(part.op)?.label ?? part.op, part.value, part.exact && '(same case)'];
  return words.filter(Boolean).join(' ');
}
