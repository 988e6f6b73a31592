import { expect, test } from 'vitest';
import { connect, copyText, freeId, type Graph, paste, readGraph, waysOf, without } from './graph';

const graph: Graph = {
  version: 1,
  start: 'start',
  nodes: {
    start: { type: 'start', next: 'menu' },
    menu: {
      type: 'menu',
      prompt: 'Press 1',
      digits: { '1': 'sales', '2': null },
      invalid: 'sales',
      unknown: 7,
    },
    sales: {
      type: 'switch',
      value: '[state]',
      cases: [{ op: 'is_one_of', values: ['CA', 'NV'], next: 'menu' }],
    },
  },
};
const menu = () => waysOf(graph.nodes.menu as Graph['nodes'][string]);

test('every way out has the server’s name and one for people', () => {
  expect(menu().map((way) => [way.field, way.label, way.to])).toEqual([
    ['digits.1', 'pressed 1', 'sales'],
    ['digits.2', 'pressed 2', undefined],
    ['invalid', 'wrong key', 'sales'],
    ['no_input', 'no key pressed', undefined],
  ]);
  const split = { type: 'distribute', branches: [{ weight: 3 }, { next: 'menu' }] };
  expect(waysOf(split).map((way) => way.label)).toEqual(['branch 1, 75%', 'branch 2, 25%']);
});

test('a way is led elsewhere, and what the page does not know stays', () => {
  const led = connect(connect(graph, 'sales', 'cases[0].next', 'start'), 'menu', 'digits.2', 'start');
  expect(led.nodes.sales?.cases).toEqual([{ op: 'is_one_of', values: ['CA', 'NV'], next: 'start' }]);
  expect(led.nodes.menu).toMatchObject({ digits: { '1': 'sales', '2': 'start' }, unknown: 7 });
  expect(connect(graph, 'start', 'next', undefined).nodes.start).toEqual({ type: 'start' });
});

test('a node that goes takes the ways to it along', () => {
  const left = without(graph, new Set(['sales', 'start']));
  expect(left.start).toBeUndefined();
  expect(left.nodes.menu).toEqual({
    type: 'menu',
    prompt: 'Press 1',
    digits: { '1': null, '2': null },
    unknown: 7,
  });
});

test('what is pasted has ids of its own and leads to itself', () => {
  const pasted = paste(graph, copyText(graph, new Set(['menu', 'sales'])));
  expect(pasted?.added).toEqual(['menu_2', 'switch']);
  expect(pasted?.graph.nodes.menu_2).toMatchObject({
    digits: { '1': 'switch', '2': null },
    invalid: 'switch',
  });
  expect(pasted?.graph.nodes.menu).toEqual(graph.nodes.menu);
});

test('a copy does not lead to what was not copied, and there is one start', () => {
  const pasted = paste(graph, copyText(graph, new Set(['start', 'menu'])));
  expect(pasted?.added).toEqual(['menu_2']);
  expect(pasted?.graph.nodes.menu_2).toMatchObject({ digits: { '1': null } });
  expect(pasted?.graph.nodes.menu_2).not.toHaveProperty('invalid');
});

test('what is no flow is refused in words', () => {
  expect(paste(graph, 'a word')).toBeUndefined();
  expect(() => readGraph('{')).toThrow('not JSON');
  expect(() => readGraph('{"nodes":{"a":1}}')).toThrow('no flow');
  expect(readGraph(JSON.stringify(graph))).toEqual(graph);
});

test('an id tells the type', () => {
  expect(freeId(graph.nodes, 'menu')).toBe('menu_2');
  expect(freeId(graph.nodes, 'http_request')).toBe('request');
});
