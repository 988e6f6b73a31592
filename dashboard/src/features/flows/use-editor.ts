import { useCallback, useMemo, useState } from 'react';
import {
  connect,
  freeId,
  type Graph,
  type Node,
  type Position,
  paste,
  setNode,
  waysOf,
  without,
} from './graph';
import { begin, change as changed, redo, undo } from './history';
import { freshNode } from './kinds';
import { arrange, LAYER_GAP, NODE_WIDTH, nodeHeight } from './layout';

const BESIDE = NODE_WIDTH + LAYER_GAP;
const BELOW = 40;

/** The flow as it is edited, with the way back. Nothing here speaks to the server. */
export function useEditor(first: Graph) {
  const [history, setHistory] = useState(() => begin(first));
  const [chosen, setSelected] = useState<ReadonlySet<string>>(new Set());
  const graph = history.now;
  // Undo may have taken away what was chosen.
  const selected: ReadonlySet<string> = useMemo(
    () => new Set([...chosen].filter((id) => graph.nodes[id] !== undefined)),
    [chosen, graph],
  );
  const change = useCallback(
    (edit: (graph: Graph) => Graph, kind = '') =>
      setHistory((before) => changed(before, edit(before.now), kind, Date.now())),
    [],
  );
  /** A new node, led to by a way that was free. */
  const add = (type: string, at?: Position, from?: { node: string; field: string }) => {
    const id = freeId(graph.nodes, type);
    const lead = from ?? freeWay(graph, selected);
    const position = at ?? roomFor(graph, lead?.node);
    change((before) => {
      const node = { ...freshNode(type), position };
      const added = setNode(before, id, node);
      const led = lead && type !== 'start' ? connect(added, lead.node, lead.field, id) : added;
      return type === 'start' && led.start === undefined ? { ...led, start: id } : led;
    });
    setSelected(new Set([id]));
    return id;
  };
  return {
    graph,
    selected,
    select: setSelected,
    change,
    add,
    replace: (next: Graph) => {
      change(() => next);
      setSelected(new Set());
    },
    reset: (next: Graph) => {
      setHistory(begin(next));
      setSelected(new Set());
    },
    set: (id: string, node: Node, kind: string) => change((before) => setNode(before, id, node), kind),
    lead: (id: string, field: string, to: string | undefined) =>
      change((before) => connect(before, id, field, to)),
    move: (places: ReadonlyMap<string, Position>) =>
      change((before) => moved(before, places), `move ${[...places.keys()].join(' ')}`),
    remove: (ids: ReadonlySet<string>) => {
      if (ids.size === 0) return;
      change((before) => without(before, ids));
      setSelected(new Set());
    },
    paste: (clip: string) => {
      const pasted = paste(graph, clip);
      if (pasted === undefined || pasted.added.length === 0) return false;
      change(() => pasted.graph);
      setSelected(new Set(pasted.added));
      return true;
    },
    layOut: () => change((before) => moved(before, new Map(Object.entries(arrange(before))))),
    undo: () => setHistory(undo),
    redo: () => setHistory(redo),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  };
}

export type Editor = ReturnType<typeof useEditor>;

function moved(graph: Graph, places: ReadonlyMap<string, Position>): Graph {
  const nodes = { ...graph.nodes };
  let same = true;
  for (const [id, { x, y }] of places) {
    const node = nodes[id];
    const position = { x: Math.round(x), y: Math.round(y) };
    if (node === undefined || (node.position?.x === position.x && node.position.y === position.y)) continue;
    nodes[id] = { ...node, position };
    same = false;
  }
  return same ? graph : { ...graph, nodes };
}

function freeWay(graph: Graph, selected: ReadonlySet<string>) {
  const [id] = selected.size === 1 ? selected : [];
  const node = id === undefined ? undefined : graph.nodes[id];
  const way = node && waysOf(node).find((each) => each.to === undefined);
  return id !== undefined && way ? { node: id, field: way.field } : undefined;
}

/** A place beside the node that leads there, or beside all, that nobody has. */
function roomFor(graph: Graph, from: string | undefined): Position {
  const nodes = Object.values(graph.nodes).map((node) => ({
    ...(node.position ?? { x: 0, y: 0 }),
    height: nodeHeight(waysOf(node).length),
  }));
  const origin = from === undefined ? undefined : graph.nodes[from]?.position;
  const lowest = Math.max(0, ...nodes.map((node) => node.y + node.height + BELOW));
  const place = origin ? { x: origin.x + BESIDE, y: origin.y } : { x: nodes[0]?.x ?? 0, y: lowest };
  const taken = () =>
    nodes.find(
      (node) =>
        Math.abs(node.x - place.x) < NODE_WIDTH &&
        place.y < node.y + node.height &&
        node.y < place.y + nodeHeight(3),
    );
  for (let other = taken(); other !== undefined; other = taken()) place.y = other.y + other.height + BELOW;
  return place;
}
