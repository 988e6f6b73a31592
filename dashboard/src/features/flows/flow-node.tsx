import { Handle, type NodeProps, Position, type Node as RfNode } from '@xyflow/react';
import { Check, CircleAlert, CircleX, Minus, X } from 'lucide-react';
import { cx } from '@/components/cx';
import type { Node, Way } from './graph';
import { kindOf, nodeName } from './kinds';
import { NODE_WIDTH, VERDICT_HEIGHT } from './layout';

export type Lit = 'now' | 'passed' | 'dim' | undefined;
export type Mark = 'added' | 'changed' | undefined;

export interface FlowNodeData extends Record<string, unknown> {
  node: Node;
  ways: Way[];
  line: string;
  severity: 'error' | 'warning' | undefined;
  lit: Lit;
  mark: Mark;
  editable: boolean;
  /** Verdicts on targets hang off it. */
  verdicts: boolean;
}

export type CanvasNode = RfNode<FlowNodeData, 'flow'>;

const GROUP_TONES = {
  Talk: 'bg-info-soft text-info',
  Decide: 'bg-warn-soft text-warn',
  Know: 'bg-sunken text-ink-2 ring-1 ring-line ring-inset',
  End: 'bg-accent-soft text-accent-ink',
};

/** A node: what it is, what it does in a line, and a row with a handle for each way out. */
export function FlowNode({ data, selected }: NodeProps<CanvasNode>) {
  const { node, ways, line, severity, lit, mark, editable, verdicts } = data;
  const kind = kindOf(node.type);
  return (
    <div
      style={{ width: NODE_WIDTH }}
      className={cx(
        'rounded-lg border bg-raised text-left transition-[opacity,border-color]',
        selected
          ? 'border-accent ring-1 ring-accent'
          : severity === 'error'
            ? 'border-bad'
            : 'border-edge/60',
        (lit === 'now' || lit === 'passed') && 'border-live ring-1 ring-live',
        lit === 'now' && 'flow-now',
        lit === 'dim' && 'opacity-55',
        mark === 'added' && 'border-ok ring-1 ring-ok',
        mark === 'changed' && 'border-warn ring-1 ring-warn',
      )}
    >
      {node.type !== 'start' && (
        <Handle type="target" position={Position.Left} style={{ top: 27 }} isConnectable={editable} />
      )}
      {verdicts && (
        <Handle
          type="source"
          id="verdicts"
          position={Position.Right}
          style={{ top: 27 }}
          isConnectable={false}
        />
      )}
      <div className="flex h-[53px] items-center gap-2.5 px-3">
        <span className={cx('grid size-7 shrink-0 place-items-center rounded-md', GROUP_TONES[kind.group])}>
          <kind.icon className="size-4" strokeWidth={1.75} aria-hidden />
        </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm leading-4.5 font-medium">{nodeName(node)}</span>
          <span className="block truncate text-2xs leading-4 text-ink-3">{line}</span>
        </span>
        {severity === 'error' && <CircleX className="size-4 shrink-0 text-bad" aria-label="has an error" />}
        {severity === 'warning' && (
          <CircleAlert className="size-4 shrink-0 text-warn" aria-label="has a warning" />
        )}
      </div>
      {ways.length > 0 && (
        <ul className="border-t py-1">
          {ways.map((way) => (
            <li
              key={way.field}
              className="relative flex h-6 items-center justify-end pr-3.5 pl-3 text-2xs text-ink-2"
            >
              <span className="truncate">{way.label}</span>
              <Handle
                type="source"
                id={way.field}
                position={Position.Right}
                isConnectable={editable}
                title={`${way.label}: ${way.to ? 'drag to lead it elsewhere' : 'drag to a node'}`}
                className={way.to === undefined ? 'open' : ''}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export interface VerdictData extends Record<string, unknown> {
  name: string;
  verdict: string;
  state: 'chosen' | 'passed' | 'skipped' | 'refused';
}

export type VerdictNode = RfNode<VerdictData, 'verdict'>;

const VERDICT_ICONS = { chosen: Check, passed: Check, skipped: Minus, refused: X };
const VERDICT_TONES = {
  chosen: 'border-live ring-1 ring-live',
  passed: 'border-edge/60',
  skipped: 'border-line',
  refused: 'border-line',
};

/** A target of a plan, and whether it could take the call. */
export function Verdict({ data }: NodeProps<VerdictNode>) {
  const Icon = VERDICT_ICONS[data.state];
  return (
    <div
      style={{ width: NODE_WIDTH, height: VERDICT_HEIGHT }}
      className={cx(
        'flex items-center gap-2.5 rounded-md border bg-raised px-3 text-left',
        VERDICT_TONES[data.state],
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Icon
        aria-hidden
        className={cx(
          'size-4 shrink-0',
          data.state === 'refused' ? 'text-bad' : data.state === 'skipped' ? 'text-ink-3' : 'text-ok',
        )}
      />
      <span className="min-w-0">
        <span className="block truncate text-sm leading-4.5 font-medium">{data.name}</span>
        <span className="block truncate text-2xs leading-4 text-ink-2">{data.verdict}</span>
      </span>
    </div>
  );
}
