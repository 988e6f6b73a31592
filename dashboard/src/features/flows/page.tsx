import { useQuery } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { useRef, useState } from 'react';
import type { Schema } from '@/api/types';
import { Page } from '@/components/page';
import { ErrorState, LoadingRows } from '@/components/states';
import { FlowEditor } from './editor';
import { EMPTY, type Graph, toGraph } from './graph';
import { placed } from './layout';
import { flowQuery, versionQuery } from './queries';

/** A flow's draft; without one, the version that calls run by. */
export default function FlowPage({ id, call }: { id: string; call: string | undefined }) {
  const flow = useQuery({ ...flowQuery(id), staleTime: Number.POSITIVE_INFINITY, refetchOnMount: 'always' });
  const [opened, setOpened] = useState(0);
  const version = flow.data && !flow.data.draft ? (flow.data.version ?? undefined) : undefined;
  const published = useQuery({ ...versionQuery(id, version ?? 0), enabled: version !== undefined });
  const problem = flow.error ?? published.error;
  const fresh = flow.isFetchedAfterMount && (version === undefined || published.data !== undefined);
  const raw = flow.data?.draft ?? published.data?.flow;
  // What is edited is what was there when it was opened: saving and publishing change the query, not the canvas.
  const loaded = useRef<{ opened: number; flow: Schema['Flow']; graph: Graph }>(undefined);
  if (flow.data && fresh && loaded.current?.opened !== opened) {
    loaded.current = { opened, flow: flow.data, graph: placed(raw ? toGraph(raw) : EMPTY) };
  }
  if (loaded.current?.opened !== opened) {
    return (
      <Page title="Call flow">
        {problem ? <ErrorState problem={problem} retry={() => void flow.refetch()} /> : <LoadingRows />}
      </Page>
    );
  }
  return (
    <ReactFlowProvider key={opened}>
      <FlowEditor
        flow={loaded.current.flow}
        first={loaded.current.graph}
        call={call}
        onReopen={async () => {
          await flow.refetch();
          setOpened((times) => times + 1);
        }}
      />
    </ReactFlowProvider>
  );
}
