import { useQuery } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { useState } from 'react';
import { Page } from '@/components/page';
import { ErrorState, LoadingRows } from '@/components/states';
import { FlowEditor } from './editor';
import { EMPTY, toGraph } from './graph';
import { placed } from './layout';
import { flowQuery, versionQuery } from './queries';

/** A flow's draft; without one, the version that calls run by. */
export default function FlowPage({ id, call }: { id: string; call: string | undefined }) {
  const flow = useQuery({ ...flowQuery(id), staleTime: Number.POSITIVE_INFINITY, refetchOnMount: 'always' });
  const [opened, setOpened] = useState(0);
  const version = flow.data && !flow.data.draft ? (flow.data.version ?? undefined) : undefined;
  const published = useQuery({ ...versionQuery(id, version ?? 0), enabled: version !== undefined });
  const problem = flow.error ?? published.error;
  if (
    flow.data === undefined ||
    (version !== undefined && published.data === undefined) ||
    !flow.isFetchedAfterMount
  ) {
    return (
      <Page title="Call flow">
        {problem ? <ErrorState problem={problem} retry={() => void flow.refetch()} /> : <LoadingRows />}
      </Page>
    );
  }
  const raw = flow.data.draft ?? published.data?.flow;
  return (
    <ReactFlowProvider>
      <FlowEditor
        key={`${id} ${opened}`}
        flow={flow.data}
        first={placed(raw ? toGraph(raw) : EMPTY)}
        call={call}
        onReopen={async () => {
          await flow.refetch();
          setOpened((times) => times + 1);
        }}
      />
    </ReactFlowProvider>
  );
}
