import { expect, test } from 'vitest';
import type { Graph } from './graph';
import { arrange, LAYER_GAP, NODE_WIDTH, nodeHeight, placed } from './layout';

const graph: Graph = {
  version: 1,
  start: 'start',
  nodes: {
    end: { type: 'reject', reason: 'closed' },
    start: { type: 'start', next: 'time' },
    time: { type: 'time', open: 'menu', closed: 'end' },
    menu: { type: 'menu', digits: { '1': 'dial' }, invalid: 'menu', no_input: 'end' },
    dial: { type: 'dial', no_answer: 'menu' },
    lost: { type: 'reject', reason: 'nobody comes here' },
  },
};

test('columns follow the way of a call, and loops do not matter', () => {
  const places = arrange(graph);
  const columns = (id: string) => (places[id]?.x ?? 0) / (NODE_WIDTH + LAYER_GAP);
  expect(['start', 'time', 'menu', 'dial', 'end', 'lost'].map(columns)).toEqual([0, 1, 2, 3, 3, 0]);
});

test('no two nodes overlap', () => {
  const places = Object.entries(arrange(graph));
  for (const [id, at] of places) {
    for (const [other, place] of places) {
      const apart = at.x !== place.x || Math.abs(at.y - place.y) >= nodeHeight(0);
      expect(id === other || apart).toBe(true);
    }
  }
});

test('places that somebody chose are kept', () => {
  const mine = { ...graph, nodes: { ...graph.nodes, end: { type: 'reject', position: { x: 7, y: 9 } } } };
  const all = placed(mine).nodes;
  expect(all.end?.position).toEqual({ x: 7, y: 9 });
  expect(Object.values(all).every((node) => node.position !== undefined)).toBe(true);
});

test('a chain of all nodes that a flow may have is laid out', () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 500 }, (_, at) => [
      `n${at}`,
      { type: 'time', open: `n${at + 2}`, closed: `n${at + 1}` },
    ]),
  );
  expect(arrange({ version: 1, start: 'n0', nodes }).n499?.x).toBe(499 * (NODE_WIDTH + LAYER_GAP));
});
