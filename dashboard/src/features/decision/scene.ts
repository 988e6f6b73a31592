import type { Edge } from '@xyflow/react';
import type { Decision } from '@/api/types';
import { sentence } from '@/components/format';
import type { VerdictData, VerdictNode } from '../flows/flow-node';
import { dialTargets, type Graph, type Nodes, waysOf } from '../flows/graph';
import { type Box, NODE_WIDTH, nodeHeight, place, VERDICT_HEIGHT } from '../flows/layout';
import { type Path, wayKey } from '../flows/path';
import { isPlan, nameOf, type SeenNode, type SeenPlan, type SeenRoute } from './trace';
import { choiceOf, verdictOf } from './verdicts';

/** A decision as a picture: the flow with its way lit, and each plan's targets with their verdicts. */
export interface Scene {
  graph: Graph;
  path: Path;
  extra: { nodes: VerdictNode[]; edges: Edge[] };
  /** Pixels that show all of it, within reason. */
  height: number;
}

const CALL = 'the-call';

/** A call that went by a plan alone came from nowhere but the call itself. */
function planGraph(plans: SeenPlan[]): Graph {
  const nodes: Nodes = { [CALL]: { type: 'start', next: 'plan-0' } };
  for (const [at, plan] of plans.entries()) {
    nodes[`plan-${at}`] = {
      type: 'routing_plan',
      label: plan.plan.name || 'Routing plan',
      plan: plan.plan.id,
    };
    if (at > 0)
      nodes[`plan-${at - 1}`] = { ...(nodes[`plan-${at - 1}`] as Nodes[string]), no_route: `plan-${at}` };
  }
  return { version: 1, start: CALL, nodes };
}

/** Every step so far: a decision goes on where the one before it stood. */
export function toScene(decisions: Decision[], upTo: number, flow: Graph | undefined): Scene | undefined {
  const decision = decisions[upTo];
  if (decision === undefined || (flow === undefined && decision.plans.length === 0)) return undefined;
  const graph = flow ?? planGraph(decision.plans);
  const steps = flow ? decisions.slice(0, upTo + 1).flatMap((each) => each.nodes) : planSteps(decision);
  const hung = hang(graph, decision, flow !== undefined);
  const boxes: Box[] = [
    ...Object.entries(graph.nodes).map(([id, node]) => ({
      id,
      height: nodeHeight(waysOf(node).length),
      to: [
        ...hung.filter((each) => each.from === id).map((each) => each.id),
        ...waysOf(node).flatMap((way) => way.to ?? []),
      ],
    })),
    ...hung.map(({ id }) => ({ id, height: VERDICT_HEIGHT, to: [] })),
  ];
  const places = place(boxes, graph.start);
  const at = (id: string) => places[id] ?? { x: 0, y: 0 };
  const nodes = Object.entries(graph.nodes).map(([id, node]) => [id, { ...node, position: at(id) }] as const);
  return {
    graph: { ...graph, nodes: Object.fromEntries(nodes) },
    path: pathThrough(steps),
    height: heightOf(boxes, places),
    extra: {
      nodes: hung.map(({ id, data }) => ({
        id,
        type: 'verdict',
        position: at(id),
        data,
        width: NODE_WIDTH,
        height: VERDICT_HEIGHT,
        draggable: false,
        selectable: false,
        connectable: false,
        ariaLabel: `${data.name}: ${data.verdict}`,
      })),
      edges: hung.map(({ id, from, data }) => ({
        id: `verdict ${id}`,
        source: from,
        sourceHandle: 'verdicts',
        target: id,
        className: data.state === 'chosen' ? 'lit' : 'verdict dim',
        focusable: false,
      })),
    },
  };
}

function planSteps(decision: Decision): SeenNode[] {
  const last = decision.plans.length - 1;
  return [
    { node: CALL, type: 'start', branch: 'next' },
    ...decision.plans.map(
      (_, at): SeenNode => ({
        node: `plan-${at}`,
        type: 'routing_plan',
        branch: at < last ? 'no_route' : null,
      }),
    ),
  ];
}

function pathThrough(steps: SeenNode[]): Path {
  const ways = steps.flatMap((step, at) =>
    step.branch && at < steps.length - 1 ? [wayKey(step.node, step.branch)] : [],
  );
  return { nodes: steps.map((step) => step.node), ways: new Set(ways), standing: false };
}

interface Hung {
  id: string;
  from: string;
  data: VerdictData;
}

/** The verdicts on each plan's targets, at the node that asked the plan. */
function hang(graph: Graph, decision: Decision, isFlow: boolean): Hung[] {
  const passed = new Set(decision.nodes.map((step) => step.node));
  return decision.plans.flatMap((plan, at) => {
    const routes = [...plan.routes, ...(plan.fallback ? [plan.fallback] : [])];
    const from = isFlow ? askerOf(graph, plan, passed) : `plan-${at}`;
    if (from === undefined) return [];
    return routes.map((route, row) => ({
      id: `verdict-${at}-${row}`,
      from,
      data: dataOf(route, plan, route === plan.fallback),
    }));
  });
}

function askerOf(graph: Graph, plan: SeenPlan, passed: ReadonlySet<string>): string | undefined {
  const target = plan.routes[0]?.target;
  const asks = Object.entries(graph.nodes).filter(([, node]) =>
    isPlan(plan) ? node.plan === plan.plan.id : node.type === 'dial' && dialTargets(node)[0] === target,
  );
  return (asks.find(([id]) => passed.has(id)) ?? asks[0])?.[0];
}

function dataOf(route: SeenRoute, plan: SeenPlan, fallback: boolean): VerdictData {
  const name = nameOf(route);
  const choice = choiceOf(plan, route.target, fallback);
  if (choice) return { name, verdict: sentence(choice), state: 'chosen' };
  const verdict = verdictOf(route);
  if (route.verdict === 'eligible') return { name, verdict, state: 'passed' };
  return { name, verdict, state: route.verdict === 'not_reached' ? 'skipped' : 'refused' };
}

const HEIGHT_MIN = 180;
const HEIGHT_MAX = 460;
const MARGIN = 56;

function heightOf(boxes: Box[], places: Record<string, { y: number }>): number {
  const tops = boxes.map((box) => places[box.id]?.y ?? 0);
  const ends = boxes.map((box, at) => (tops[at] ?? 0) + box.height);
  const all = Math.max(...ends) - Math.min(...tops) + MARGIN;
  return Math.min(HEIGHT_MAX, Math.max(HEIGHT_MIN, all));
}

/** Does this flow have every node that the call passed? */
export function fits(graph: Graph, decisions: Decision[]): boolean {
  return decisions.every((decision) =>
    decision.nodes.every((step) => graph.nodes[step.node]?.type === step.type),
  );
}
