import { type Graph, type Nodes, type Position, waysOf } from './graph';

/** Pixels of a node on the canvas: every way out is a row with a handle of its own. */
export const NODE_WIDTH = 212;
export const VERDICT_HEIGHT = 48;
const HEAD_HEIGHT = 54;
const WAY_HEIGHT = 24;
const WAYS_PADDING = 9;
export const LAYER_GAP = 68;
const ROW_GAP = 32;
const SWEEPS = 4;

export interface Box {
  id: string;
  height: number;
  to: string[];
}

export function nodeHeight(ways: number): number {
  return HEAD_HEIGHT + (ways === 0 ? 0 : ways * WAY_HEIGHT + WAYS_PADDING);
}

/** Places for all nodes: columns by the longest way from the start, rows so that few ways cross. */
export function arrange(graph: Graph): Record<string, Position> {
  const boxes = Object.entries(graph.nodes).map(([id, node]) => {
    const ways = waysOf(node);
    const to = ways.flatMap((way) => (way.to !== undefined && graph.nodes[way.to] ? [way.to] : []));
    return { id, height: nodeHeight(ways.length), to };
  });
  return place(boxes, graph.start);
}

export function place(boxes: Box[], start: string | undefined): Record<string, Position> {
  const first = boxes.filter((box) => box.id === start);
  const ordered = [...first, ...boxes.filter((box) => box.id !== start)];
  const forward = forwardWays(ordered);
  const columns = toColumns(ordered, forward);
  untangle(columns, forward);
  return coordinates(columns, forward);
}

type Ways = Map<string, string[]>;

/** The ways without those that lead back, in an order in which each leads to later ones only. */
function forwardWays(boxes: Box[]): Ways {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const seen: Ways = new Map();
  const done: [string, string[]][] = [];
  const open = new Set<string>();
  const visit = (box: Box) => {
    const ways: string[] = [];
    seen.set(box.id, ways);
    open.add(box.id);
    for (const to of box.to) {
      const next = byId.get(to);
      if (next === undefined || open.has(to)) continue;
      ways.push(to);
      if (!seen.has(to)) visit(next);
    }
    open.delete(box.id);
    done.push([box.id, ways]);
  };
  for (const box of boxes) if (!seen.has(box.id)) visit(box);
  return new Map(done.reverse());
}

function toColumns(boxes: Box[], forward: Ways): Box[][] {
  const depth = new Map<string, number>();
  for (const [id, ways] of forward) {
    const next = (depth.get(id) ?? 0) + 1;
    for (const to of ways) depth.set(to, Math.max(depth.get(to) ?? 0, next));
  }
  const columns: Box[][] = [];
  for (const box of boxes) {
    const at = depth.get(box.id) ?? 0;
    while (columns.length <= at) columns.push([]);
    columns[at]?.push(box);
  }
  return columns;
}

/** Sorts every column by the middle of what leads to it, then of where it leads, some times over. */
function untangle(columns: Box[][], forward: Ways) {
  const back = reverse(forward);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const ways = sweep % 2 === 0 ? back : forward;
    const rows = new Map<string, number>();
    const note = () => {
      for (const column of columns) {
        for (const [row, box] of column.entries()) rows.set(box.id, row);
      }
    };
    note();
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const middles = new Map(
        column.map((box) => [box.id, middle(ways.get(box.id), rows) ?? rows.get(box.id) ?? 0]),
      );
      column.sort((a, b) => (middles.get(a.id) ?? 0) - (middles.get(b.id) ?? 0));
      note();
    }
  }
}

function reverse(forward: Ways): Ways {
  const back: Ways = new Map();
  for (const [from, ways] of forward) {
    for (const to of ways) back.set(to, [...(back.get(to) ?? []), from]);
  }
  return back;
}

function middle(ids: string[] | undefined, rows: ReadonlyMap<string, number>): number | undefined {
  const found = (ids ?? []).flatMap((id) => rows.get(id) ?? []);
  return found.length === 0 ? undefined : found.reduce((sum, row) => sum + row, 0) / found.length;
}

/** Each node beside the middle of those that lead to it, as far as its neighbours leave room. */
function coordinates(columns: Box[][], forward: Ways): Record<string, Position> {
  const back = reverse(forward);
  const centres = new Map<string, number>();
  const places: Record<string, Position> = {};
  columns.forEach((column, at) => {
    const wished = column.map((box) => middle(back.get(box.id), centres) ?? 0);
    const tops: number[] = [];
    let floor = Number.NEGATIVE_INFINITY;
    column.forEach((box, row) => {
      const top = Math.max((wished[row] ?? 0) - box.height / 2, floor);
      tops.push(top);
      floor = top + box.height + ROW_GAP;
    });
    const lean = tops.reduce((sum, top, row) => {
      return sum + top + (column[row]?.height ?? 0) / 2 - (wished[row] ?? 0);
    }, 0);
    column.forEach((box, row) => {
      const y = (tops[row] ?? 0) - lean / column.length;
      centres.set(box.id, y + box.height / 2);
      places[box.id] = { x: at * (NODE_WIDTH + LAYER_GAP), y: Math.round(y) };
    });
  });
  return places;
}

/** Nodes without a place get one; if none has, all are laid out. */
export function placed(graph: Graph): Graph {
  const missing = Object.entries(graph.nodes).filter(([, node]) => node.position === undefined);
  if (missing.length === 0) return graph;
  const places = arrange(graph);
  const all = missing.length === Object.keys(graph.nodes).length;
  const below = all
    ? 0
    : Math.max(...Object.values(graph.nodes).map((node) => node.position?.y ?? 0)) + 2 * nodeHeight(3);
  const nodes: Nodes = { ...graph.nodes };
  for (const [id, node] of missing) {
    const { x, y } = places[id] ?? { x: 0, y: 0 };
    nodes[id] = { ...node, position: { x, y: y + below } };
  }
  return { ...graph, nodes };
}
