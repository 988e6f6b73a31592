import {
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type Edge,
  type EdgeChange,
  MarkerType,
  MiniMap,
  type NodeChange,
  type NodeTypes,
  type OnConnectEnd,
  ReactFlow,
  useNodesState,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import './canvas.css';
import { type DragEvent, useEffect, useMemo, useState } from 'react';
import { usePlanName, useTargetName } from '../names';
import { type CanvasNode, FlowNode, type Lit, type Mark, Verdict, type VerdictNode } from './flow-node';
import { type Graph, type Position, waysOf } from './graph';
import { nodeName, summary } from './kinds';
import { type Path, wayKey } from './path';

export interface Edits {
  select(ids: ReadonlySet<string>): void;
  move(places: ReadonlyMap<string, Position>): void;
  connect(from: string, field: string, to: string | undefined): void;
  add(type: string, at: Position): void;
  /** A way was dragged to an empty place. */
  ask(from: string, field: string, at: Position): void;
}

interface CanvasProps {
  graph: Graph;
  label: string;
  selected?: ReadonlySet<string>;
  severities?: ReadonlyMap<string, 'error' | 'warning'>;
  marks?: ReadonlyMap<string, Mark>;
  path?: Path | undefined;
  edits?: Edits | undefined;
  /** What a picture shows beside the flow's own nodes. */
  extra?: { nodes: AnyNode[]; edges: Edge[] };
  onOpen?(id: string): void;
  map?: boolean;
}

type AnyNode = CanvasNode | VerdictNode;

export const DRAGGED = 'application/x-hookline-node';
const NONE: ReadonlySet<string> = new Set();
const FIT = { padding: 0.06, maxZoom: 1, minZoom: 0.35 };
const NODE_TYPES: NodeTypes = { flow: FlowNode, verdict: Verdict };

/** A flow as a picture; with `edits` it can be changed. */
export function Canvas(props: CanvasProps) {
  const { graph, label, selected = NONE, severities, marks, path, edits, extra, onOpen, map } = props;
  const flow = useReactFlow();
  const target = useTargetName();
  const plan = usePlanName();
  const [nodes, setNodes, applyChanges] = useNodesState<AnyNode>([]);
  const names = { target, plan };
  const lines = Object.values(graph.nodes)
    .map((node) => summary(node, names))
    .join('\n');

  useEffect(() => {
    setNodes((before) => {
      const old = new Map(before.map((node) => [node.id, node]));
      const own = Object.entries(graph.nodes).map(([id, node]): AnyNode => {
        const kept = old.get(id);
        const line = summary(node, names);
        return {
          ...(kept?.measured ? { measured: kept.measured } : {}),
          id,
          type: 'flow',
          position: node.position ?? { x: 0, y: 0 },
          selected: selected.has(id),
          deletable: false,
          draggable: edits !== undefined,
          ariaLabel: `${nodeName(node)}, ${line}`,
          data: {
            node,
            ways: waysOf(node),
            line,
            severity: severities?.get(id),
            lit: litOf(id, path),
            mark: marks?.get(id),
            editable: edits !== undefined,
            verdicts: extra?.edges.some((edge) => edge.source === id) ?? false,
          },
        };
      });
      return [...own, ...(extra?.nodes ?? [])];
    });
  }, [graph, selected, severities, marks, path, lines, extra, edits === undefined, setNodes]);

  const [edge, setEdge] = useState<string>();
  const edges = useMemo(
    () => [
      ...edgesOf(graph, path).map((each) => (each.id === edge ? { ...each, selected: true } : each)),
      ...(extra?.edges ?? []),
    ],
    [graph, path, edge, extra],
  );

  const onNodesChange = (changes: NodeChange<AnyNode>[]) => {
    applyChanges(changes.filter((change) => change.type !== 'select' && change.type !== 'remove'));
    const moved = new Map<string, Position>();
    const chosen = new Set(selected);
    for (const change of changes) {
      if (change.type === 'position' && change.position && change.dragging !== true)
        moved.set(change.id, change.position);
      if (change.type === 'select') chosen[change.selected ? 'add' : 'delete'](change.id);
    }
    if (changes.some((change) => change.type === 'select')) edits?.select(chosen);
    if (moved.size > 0) edits?.move(moved);
  };
  const onEdgesChange = (changes: EdgeChange[]) => {
    for (const change of changes) {
      if (change.type === 'select') setEdge((now) => nextChoice(now, change.id, change.selected));
      if (change.type !== 'remove') continue;
      const gone = edges.find((each) => each.id === change.id);
      if (gone) edits?.connect(gone.source, gone.sourceHandle ?? 'next', undefined);
    }
  };
  const onConnect = ({ source, sourceHandle, target: to }: Connection) =>
    edits?.connect(source, sourceHandle ?? 'next', to);
  const onConnectEnd: OnConnectEnd = (event, state) => {
    if (edits === undefined || state.isValid || state.toNode || !state.fromNode || !state.fromHandle?.id)
      return;
    if (state.fromHandle.type !== 'source') return;
    const point = 'changedTouches' in event ? event.changedTouches[0] : event;
    if (!point) return;
    const at = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
    edits.ask(state.fromNode.id, state.fromHandle.id, at);
  };
  const onDrop = (event: DragEvent) => {
    const type = event.dataTransfer.getData(DRAGGED);
    if (type === '' || edits === undefined) return;
    event.preventDefault();
    edits.add(type, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
  };

  return (
    <ReactFlow
      className="flow-canvas"
      aria-label={label}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onConnect={onConnect}
      onConnectEnd={onConnectEnd}
      onDrop={onDrop}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
      }}
      onNodeClick={(_, node) => onOpen?.(node.id)}
      isValidConnection={({ source, target: to }) => source !== to || graph.nodes[source]?.type === 'menu'}
      nodesConnectable={edits !== undefined}
      edgesFocusable={edits !== undefined}
      edgesReconnectable={false}
      deleteKeyCode={edits === undefined ? null : ['Delete', 'Backspace']}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={['Control', 'Meta']}
      connectionRadius={28}
      minZoom={0.15}
      maxZoom={1.6}
      fitView
      fitViewOptions={FIT}
      preventScrolling={edits !== undefined}
      zoomOnScroll={edits !== undefined}
      onlyRenderVisibleElements={nodes.length > 120}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} />
      {/* A picture has no room to spare for them, and is shown whole. */}
      {edits !== undefined && (
        <Controls showInteractive={false} fitViewOptions={FIT} position="bottom-left" />
      )}
      {map && nodes.length > 8 && <MiniMap pannable zoomable ariaLabel="Map of the flow" />}
    </ReactFlow>
  );
}

function nextChoice(now: string | undefined, id: string, selected: boolean): string | undefined {
  if (selected) return id;
  return now === id ? undefined : now;
}

function litOf(id: string, path: Path | undefined): Lit {
  if (path === undefined) return undefined;
  if (path.nodes.at(-1) === id && path.standing) return 'now';
  return path.nodes.includes(id) ? 'passed' : 'dim';
}

function edgesOf(graph: Graph, path: Path | undefined): Edge[] {
  return Object.entries(graph.nodes).flatMap(([id, node]) =>
    waysOf(node).flatMap((way): Edge[] => {
      if (way.to === undefined || graph.nodes[way.to] === undefined) return [];
      const key = wayKey(id, way.field);
      const lit = path?.ways.has(key) ?? false;
      const colour = lit ? 'var(--live)' : 'var(--edge)';
      return [
        {
          id: key,
          source: id,
          sourceHandle: way.field,
          target: way.to,
          type: 'default',
          markerEnd: {
            type: MarkerType.ArrowClosed,
            color: colour,
            width: lit ? 10 : 14,
            height: lit ? 10 : 14,
          },
          className: lit ? 'lit' : path ? 'dim' : '',
          animated: lit && path?.standing === true,
          zIndex: lit ? 1 : 0,
          ariaLabel: `${way.label} of ${nodeName(node)} to ${nodeName(graph.nodes[way.to] ?? node)}`,
        },
      ];
    }),
  );
}
