import type { Schema } from '@/api/types';

/**
 * A flow as the server keeps it. Nodes stay as they were read, so that a field which this page does not know is
 * kept; what is written here are the rules of the canvas only. Whether a flow makes sense is the server's to say.
 */
export interface Node {
  type: string;
  label?: string;
  position?: Position;
  [field: string]: unknown;
}

export interface Position {
  x: number;
  y: number;
}

export type Nodes = Record<string, Node>;

export interface Graph {
  version: 1;
  start?: string;
  nodes: Nodes;
}

/** One way out of a node, by the server's name of it: `then`, `cases[0].next`, `digits.1`. */
export interface Way {
  field: string;
  label: string;
  to: string | undefined;
  /** Without it the call ends there, which may be meant. */
  optional: boolean;
}

const PLAIN_WAYS: Record<string, string[]> = {
  start: ['next'],
  condition: ['then', 'else'],
  set_variable: ['next'],
  set_tag: ['next'],
  http_request: ['next', 'error'],
  javascript: ['next', 'error'],
  time: ['open', 'closed'],
  hold: ['next'],
  debug: ['next'],
  dial: ['no_answer', 'busy', 'failed'],
  routing_plan: ['no_route'],
};
const OPTIONAL = new Set(['dial', 'routing_plan']);
const WAY_LABELS = new Map([
  ['next', 'next'],
  ['then', 'yes'],
  ['else', 'no'],
  ['no_answer', 'no answer'],
  ['no_input', 'no key pressed'],
  ['invalid', 'wrong key'],
  ['no_route', 'no target'],
  ['default', 'any other value'],
]);

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const id = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export function waysOf(node: Node): Way[] {
  const plain = (field: string, optional = false): Way => ({
    field,
    label: WAY_LABELS.get(field) ?? field,
    to: id(node[field]),
    optional,
  });
  switch (node.type) {
    case 'switch':
      return [
        ...list(node.cases).map((each, at) => ({
          field: `cases[${at}].next`,
          label: caseText(each),
          to: id(each.next),
          optional: false,
        })),
        plain('default'),
      ];
    case 'menu':
      return [
        ...Object.entries(object(node.digits)).map(([keys, to]) => ({
          field: `digits.${keys}`,
          label: `pressed ${keys}`,
          to: id(to),
          optional: false,
        })),
        plain('invalid'),
        plain('no_input'),
      ];
    case 'distribute': {
      const all = list(node.branches);
      const sum = all.reduce((total, each) => total + weight(each), 0);
      return all.map((each, at) => ({
        field: `branches[${at}].next`,
        label:
          sum === 0 ? `branch ${at + 1}` : `branch ${at + 1}, ${Math.round((weight(each) / sum) * 100)}%`,
        to: id(each.next),
        optional: false,
      }));
    }
    default:
      return (PLAIN_WAYS[node.type] ?? []).map((field) => plain(field, OPTIONAL.has(node.type)));
  }
}

function weight(share: Json): number {
  return typeof share.weight === 'number' ? share.weight : 1;
}

const CASE_OPS: Record<string, string> = { equals: '', is_one_of: '', not_equals: 'not ', matches: '~ ' };

export function caseText(each: Json): string {
  const op = text(each.op) || 'equals';
  const shown = Array.isArray(each.values)
    ? each.values.join(', ')
    : each.from !== undefined
      ? `${each.from} to ${each.to}`
      : `${each.value ?? ''}`;
  return `${CASE_OPS[op] ?? `${op.replaceAll('_', ' ')} `}${shown}`.trim() || 'empty';
}

/** The node with this way leading to another node, or nowhere. */
export function withWay(node: Node, field: string, to: string | undefined): Node {
  const inList = /^(cases|branches)\[(\d+)\]\.next$/.exec(field);
  if (inList) {
    const [, name = '', at] = inList;
    const items = list(node[name]).map((each, place) =>
      place === Number(at) ? put(each, 'next', to) : each,
    );
    return { ...node, [name]: items };
  }
  if (field.startsWith('digits.') && node.type === 'menu') {
    return { ...node, digits: { ...object(node.digits), [field.slice('digits.'.length)]: to ?? null } };
  }
  return put(node, field, to);
}

/** Whom a dial node rings: one target, or several. */
export function dialTargets(node: Node): string[] {
  const all = Array.isArray(node.targets) ? node.targets : [node.target];
  return all.filter((each): each is string => typeof each === 'string');
}

/** The object with a field, or without it. */
export function put<T extends object>(from: T, field: string, value: unknown): T {
  const { [field]: _, ...rest } = from as Json;
  return (value === undefined ? rest : { ...(from as Json), [field]: value }) as T;
}

const BASE_ID: Record<string, string> = {
  http_request: 'request',
  javascript: 'script',
  routing_plan: 'plan',
  set_variable: 'variable',
  set_tag: 'tag',
  distribute: 'split',
};

/** An id that says what the node is: traces and problems name nodes by it. */
export function freeId(nodes: Nodes, type: string): string {
  const base = BASE_ID[type] ?? type;
  if (nodes[base] === undefined) return base;
  for (let number = 2; ; number += 1)
    if (nodes[`${base}_${number}`] === undefined) return `${base}_${number}`;
}

export function setNode(graph: Graph, id: string, node: Node): Graph {
  return { ...graph, nodes: { ...graph.nodes, [id]: node } };
}

export function connect(graph: Graph, from: string, field: string, to: string | undefined): Graph {
  const node = graph.nodes[from];
  return node === undefined ? graph : setNode(graph, from, withWay(node, field, to));
}

/** Without these nodes, and without the ways that led to them. */
export function without(graph: Graph, gone: ReadonlySet<string>): Graph {
  const nodes = Object.entries(graph.nodes)
    .filter(([id]) => !gone.has(id))
    .map(([id, node]) => [id, withoutWaysTo(node, (to) => gone.has(to))] as const);
  const start = graph.start !== undefined && gone.has(graph.start) ? undefined : graph.start;
  return put({ ...graph, nodes: Object.fromEntries(nodes) }, 'start', start);
}

function withoutWaysTo(node: Node, isGone: (to: string) => boolean): Node {
  return waysOf(node)
    .filter((way) => way.to !== undefined && isGone(way.to))
    .reduce((kept, way) => withWay(kept, way.field, undefined), node);
}

export const MARK = 'hookline_flow_nodes';
const PASTE_STEP = 40;

/** Some nodes as text, for the clipboard. */
export function copyText(graph: Graph, ids: ReadonlySet<string>): string {
  const nodes = Object.fromEntries(
    Object.entries(graph.nodes)
      .filter(([id]) => ids.has(id))
      .map(([id, node]) => [id, withoutWaysTo(node, (to) => !ids.has(to))]),
  );
  return JSON.stringify({ [MARK]: 1, nodes }, null, 2);
}

/** The graph with what was copied, under new ids; undefined if the text is something else. */
export function paste(graph: Graph, clip: string): { graph: Graph; added: string[] } | undefined {
  const pasted = parseNodes(clip);
  if (pasted === undefined) return undefined;
  const nodes: Nodes = { ...graph.nodes };
  const ids = new Map<string, string>();
  for (const [id, node] of Object.entries(pasted)) {
    if (node.type === 'start' && graph.start !== undefined) continue;
    const fresh = nodes[id] === undefined ? id : freeId(nodes, node.type);
    ids.set(id, fresh);
    nodes[fresh] = node;
  }
  for (const fresh of ids.values()) {
    const node = nodes[fresh] as Node;
    const led = waysOf(node).reduce(
      (moved, way) => (way.to === undefined ? moved : withWay(moved, way.field, ids.get(way.to))),
      node,
    );
    const { x, y } = node.position ?? { x: 0, y: 0 };
    nodes[fresh] = { ...led, position: { x: x + PASTE_STEP, y: y + PASTE_STEP } };
  }
  const start = graph.start ?? [...ids.values()].find((id) => nodes[id]?.type === 'start');
  return { graph: put({ ...graph, nodes }, 'start', start), added: [...ids.values()] };
}

function parseNodes(clip: string): Nodes | undefined {
  const from = parsed(clip);
  const nodes = object(from?.nodes);
  const known = from !== undefined && (MARK in from || from.version === 1);
  const fit = Object.values(nodes).every((node) => typeof object(node).type === 'string');
  return known && fit && Object.keys(nodes).length > 0 ? (nodes as Nodes) : undefined;
}

function parsed(clip: string): Json | undefined {
  try {
    return object(JSON.parse(clip));
  } catch {
    return undefined;
  }
}

/** A whole flow from a file. What is in its nodes, the server judges. */
export function readGraph(json: string): Graph {
  const from = parsed(json);
  if (from === undefined) throw new Error('This is not JSON.');
  const nodes = parseNodes(json);
  if (nodes === undefined || from.version !== 1) {
    throw new Error('This is no flow: it needs "version": 1 and "nodes", as an export has them.');
  }
  return put({ version: 1, nodes } as Graph, 'start', id(from.start));
}

export function toGraph({ nodes, start }: Schema['FlowGraph']): Graph {
  return put({ version: 1, nodes: nodes as Nodes } as Graph, 'start', id(start));
}

/** What a new flow begins with. */
export const EMPTY: Graph = { version: 1, start: 'start', nodes: { start: { type: 'start' } } };
