import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import type { Schema } from '@/api/types';
import { type Graph, waysOf } from './graph';
import { nodeName } from './kinds';

interface ProblemsProps {
  problems: Schema['FlowProblem'][];
  graph: Graph;
  checked: boolean;
  stale: boolean;
  onShow(id: string): void;
}

/** What the server says of the draft; a click leads to the node. */
export function Problems({ problems, graph, checked, stale, onShow }: ProblemsProps) {
  if (!checked) return <p className="text-ink-3">Save the draft to have it checked.</p>;
  if (problems.length === 0) {
    return (
      <p className="flex items-center gap-2">
        <CircleCheck className="size-4 text-ok" aria-hidden />
        {stale ? 'No problem as of the last save.' : 'No problem: the draft can be published.'}
      </p>
    );
  }
  return (
    <div className="grid gap-3">
      {stale && <p className="text-xs text-ink-3">As of the last save; save again to check your changes.</p>}
      <ul className="grid gap-2">
        {problems.map((problem) => {
          const id = problem.node ?? undefined;
          const node = id === undefined ? undefined : graph.nodes[id];
          const way = node && waysOf(node).find((each) => each.field === problem.field);
          const Icon = problem.severity === 'error' ? CircleX : CircleAlert;
          const body = (
            <>
              <Icon
                className={`mt-0.5 size-4 shrink-0 ${problem.severity === 'error' ? 'text-bad' : 'text-warn'}`}
                aria-label={problem.severity}
              />
              <span className="min-w-0">
                <span className="block font-medium">
                  {node ? nodeName(node) : (id ?? 'The flow')}
                  {way && <span className="font-normal text-ink-2"> · {way.label}</span>}
                </span>
                <span className="block text-xs text-pretty text-ink-2">{problem.message}</span>
              </span>
            </>
          );
          return (
            <li key={`${id} ${problem.field} ${problem.code} ${problem.message}`}>
              {id !== undefined && node ? (
                <button
                  type="button"
                  onClick={() => onShow(id)}
                  className="flex w-full items-start gap-2.5 rounded-md border border-line p-2.5 text-left hover:border-edge"
                >
                  {body}
                </button>
              ) : (
                <div className="flex items-start gap-2.5 rounded-md border border-line p-2.5">{body}</div>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
