import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, data } from '@/api/client';
import { Problem } from '@/api/problem';
import type { Schema } from '@/api/types';
import { useMay } from '../access/session';
import type { Graph } from './graph';
import { flowQuery, flowsQuery } from './queries';

type Flow = Schema['Flow'];
export type FlowProblem = Schema['FlowProblem'];

interface Saved {
  flow: Flow;
  /** What the server has, by identity: undo back to it is no change. */
  graph: Graph;
}

function problemsOf(error: unknown): FlowProblem[] | undefined {
  const found = error instanceof Problem ? error.body.problems : undefined;
  return Array.isArray(found) ? (found as FlowProblem[]) : undefined;
}

/** What the server has of a flow: saving, checking and publishing, and noticing that somebody else did. */
export function useSaved(first: Flow, firstGraph: Graph, graph: Graph) {
  const client = useQueryClient();
  const mayCheck = useMay('analyst');
  const [saved, setSaved] = useState<Saved>({ flow: first, graph: firstGraph });
  const [problems, setProblems] = useState<FlowProblem[]>();
  const [checkedGraph, setCheckedGraph] = useState<Graph>();
  const [conflict, setConflict] = useState<Flow>();
  const [busy, setBusy] = useState(false);
  const path = { params: { path: { id: first.id } } };

  const keep = (flow: Flow, kept: Graph) => {
    setSaved({ flow, graph: kept });
    client.setQueryData(flowQuery(flow.id).queryKey, flow);
    void client.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true });
  };
  const note = (found: FlowProblem[], of: Graph) => {
    setProblems(found);
    setCheckedGraph(of);
    return found;
  };
  const check = async (of: Graph) =>
    note((await data(api.POST('/v1/flows/{id}/validate', path))).problems, of);

  const checkedOnce = useRef(false);
  useEffect(() => {
    if (checkedOnce.current || !first.draft || !mayCheck) return;
    checkedOnce.current = true;
    check(firstGraph).catch(() => setProblems(undefined));
  }, [mayCheck]);

  /** False if it was not saved: somebody else was faster, or a node can't be read. */
  const save = async (over = false): Promise<boolean> => {
    const mine = graph;
    if (!over) {
      const theirs = await data(api.GET('/v1/flows/{id}', path));
      if (theirs.updated_at !== saved.flow.updated_at) {
        setConflict(theirs);
        return false;
      }
    }
    try {
      keep(await data(api.PATCH('/v1/flows/{id}', { ...path, body: { draft: mine } })), mine);
    } catch (error) {
      const found = problemsOf(error);
      if (found) note(found, mine);
      throw error;
    }
    await check(mine);
    return true;
  };
  /** The new version, or undefined if it was not saved. */
  const publish = async (): Promise<Schema['PublishedFlow'] | undefined> => {
    if ((graph !== saved.graph || !saved.flow.draft) && !(await save())) return undefined;
    try {
      const published = await data(api.POST('/v1/flows/{id}/publish', path));
      note(published.problems, graph);
      keep(await data(api.GET('/v1/flows/{id}', path)), graph);
      await client.invalidateQueries({ queryKey: ['flows', first.id, 'versions'], exact: true });
      return published;
    } catch (error) {
      const found = problemsOf(error);
      if (found) note(found, graph);
      throw error;
    }
  };
  return {
    flow: saved.flow,
    savedGraph: saved.graph,
    dirty: graph !== saved.graph,
    problems: (problems ?? []).filter((each) => !each.node || graph.nodes[each.node] !== undefined),
    checked: problems !== undefined,
    stale: checkedGraph !== graph,
    conflict,
    endConflict: () => setConflict(undefined),
    busy,
    whileBusy: async (deed: () => Promise<void>) => {
      setBusy(true);
      try {
        await deed();
      } finally {
        setBusy(false);
      }
    },
    save,
    publish,
    keep,
    rename: async (name: string) =>
      keep(await data(api.PATCH('/v1/flows/{id}', { ...path, body: { name } })), saved.graph),
    discard: async () => data(api.PATCH('/v1/flows/{id}', { ...path, body: { draft: null } })),
  };
}
