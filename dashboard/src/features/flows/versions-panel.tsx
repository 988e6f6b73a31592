import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, data } from '@/api/client';
import type { Schema } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { sentence } from '@/components/format';
import { ErrorState, LoadingRows, ProblemNote } from '@/components/states';
import { Time } from '@/components/values';
import { useActor } from '../names';
import { type Graph, toGraph } from './graph';
import { nodeName } from './kinds';
import { versionQuery, versionsQuery } from './queries';

interface VersionsProps {
  id: string;
  running: number | null | undefined;
  hasDraft: boolean;
  /** The draft as it was saved; what is compared changes with it. */
  draftAt: string;
  graph: Graph;
  editable: boolean;
  onMarks(diff: Schema['FlowDiff'] | undefined): void;
  onShow(id: string): void;
  onRestore(graph: Graph, version: number): void;
}

/** What was published, and what is different from one to the next. */
export function VersionsPanel(props: VersionsProps) {
  const { id, running, hasDraft, draftAt, graph, editable, onMarks, onShow, onRestore } = props;
  const versions = useQuery(versionsQuery(id));
  const actor = useActor();
  const [from, setFrom] = useState<number>();
  const all = versions.data ?? [];
  const newest = Math.max(0, ...all.map((each) => each.version));
  const to = from === undefined ? '' : hasDraft ? 'draft' : String(newest);
  const diff = useQuery({
    queryKey: ['flows', id, 'diff', from, to, draftAt],
    queryFn: () =>
      data(api.GET('/v1/flows/{id}/diff', { params: { path: { id }, query: { from: String(from), to } } })),
    enabled: from !== undefined,
  });
  const old = useQuery({ ...versionQuery(id, from ?? 0), enabled: from !== undefined });
  useEffect(() => onMarks(from === undefined ? undefined : diff.data), [from, diff.data, onMarks]);
  useEffect(() => () => onMarks(undefined), [onMarks]);

  if (versions.error) return <ErrorState problem={versions.error} />;
  if (versions.data === undefined) return <LoadingRows rows={3} />;
  if (all.length === 0) {
    return <p className="text-ink-3">Nothing was published yet. Calls run by a flow once it is.</p>;
  }
  return (
    <div className="grid gap-4">
      <ul className="grid gap-1.5">
        {[...all]
          .sort((a, b) => b.version - a.version)
          .map((each) => (
            <li key={each.version}>
              <button
                type="button"
                aria-pressed={from === each.version}
                onClick={() => setFrom(from === each.version ? undefined : each.version)}
                className="flex w-full flex-wrap items-center gap-x-2 gap-y-0.5 rounded-md border border-line px-2.5 py-2 text-left hover:border-edge aria-pressed:border-accent aria-pressed:bg-accent-soft"
              >
                <span className="font-medium">Version {each.version}</span>
                {each.version === running && <Badge tone="ok">calls run by it</Badge>}
                <span className="ml-auto text-xs text-ink-2">
                  <Time at={each.published_at} relative />
                </span>
                <span className="w-full text-xs text-ink-2">by {actor(each.published_by)}</span>
              </button>
            </li>
          ))}
      </ul>
      {from === undefined ? (
        <p className="text-xs text-ink-3">Choose a version to see what has changed since.</p>
      ) : (
        <section className="grid gap-3 border-t pt-4">
          <div className="flex flex-wrap items-center gap-2">
            <h3 className="mr-auto text-sm font-semibold">
              From version {from} to {to === 'draft' ? 'the saved draft' : `version ${to}`}
            </h3>
            {editable && old.data && (
              <Button small onClick={() => old.data && onRestore(toGraph(old.data.flow), from)}>
                Go back to it
              </Button>
            )}
          </div>
          {diff.error ? (
            <ProblemNote problem={diff.error} />
          ) : diff.data === undefined ? (
            <LoadingRows rows={2} />
          ) : (
            <Diff
              diff={diff.data}
              graph={graph}
              before={old.data && toGraph(old.data.flow)}
              onShow={onShow}
            />
          )}
        </section>
      )}
    </div>
  );
}

interface DiffProps {
  diff: Schema['FlowDiff'];
  graph: Graph;
  before: Graph | undefined;
  onShow(id: string): void;
}

function Diff({ diff, graph, before, onShow }: DiffProps) {
  const changed = diff.changed
    .map((each) => ({ ...each, fields: each.fields.filter((field) => field.field !== 'position') }))
    .filter((each) => each.fields.length > 0);
  if (diff.added.length + diff.removed.length + changed.length === 0 && !diff.start) {
    return (
      <p className="text-ink-3">
        {diff.changed.length > 0 ? 'Nodes were moved on the canvas, no more.' : 'Nothing has changed.'}
      </p>
    );
  }
  const name = (id: string) => {
    const node = graph.nodes[id] ?? before?.nodes[id];
    return node ? nodeName(node) : id;
  };
  const node = (id: string) =>
    graph.nodes[id] ? (
      <button type="button" onClick={() => onShow(id)} className="font-medium hover:underline">
        {name(id)}
      </button>
    ) : (
      <span className="font-medium">{name(id)}</span>
    );
  return (
    <ul className="grid gap-2 text-xs">
      {diff.added.map((id) => (
        <li key={id} className="flex items-center gap-2">
          <Badge tone="ok">new</Badge> {node(id)}
        </li>
      ))}
      {diff.removed.map((id) => (
        <li key={id} className="flex items-center gap-2">
          <Badge tone="bad">gone</Badge> {node(id)}
        </li>
      ))}
      {changed.map((each) => (
        <li key={each.node} className="grid gap-1">
          <span className="flex items-center gap-2">
            <Badge tone="warn">changed</Badge> {node(each.node)}
          </span>
          {each.fields.map((field) => (
            <span key={field.field} className="grid gap-0.5 pl-2">
              <span className="text-ink-2">{sentence(field.field)}</span>
              <span className="font-mono text-2xs break-words text-bad line-through">
                {shown(field.from)}
              </span>
              <span className="font-mono text-2xs break-words text-ok">{shown(field.to)}</span>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
