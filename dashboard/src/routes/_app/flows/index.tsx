import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { GitBranch } from 'lucide-react';
import type { FlowLine } from '@/api/types';
import { Badge } from '@/components/badge';
import { CopyId } from '@/components/copy';
import { DataTable } from '@/components/data-table';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { Nothing, Time } from '@/components/values';
import { campaignsQuery } from '@/features/campaigns/queries';
import { flowsQuery } from '@/features/flows/queries';

export const Route = createFileRoute('/_app/flows/')({ component: Flows });

const column = createColumnHelper<FlowLine>();

function Flows() {
  const flows = useQuery(flowsQuery);
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const columns = [
    column.accessor('name', {
      header: 'Flow',
      cell: (cell) => <span className="font-medium">{cell.getValue()}</span>,
    }),
    column.display({
      id: 'state',
      header: 'State',
      cell: (cell) => (
        <span className="inline-flex gap-1.5">
          {cell.row.original.version ? (
            <Badge tone="ok">version {cell.row.original.version}</Badge>
          ) : (
            <Badge>never published</Badge>
          )}
          {cell.row.original.has_draft && <Badge tone="warn">draft</Badge>}
        </span>
      ),
    }),
    column.display({
      id: 'campaigns',
      header: 'Used by',
      meta: { from: 'sm' },
      cell: (cell) =>
        campaigns
          .filter((each) => each.routing?.flow === cell.row.original.id)
          .map((each) => each.name)
          .join(', ') || <Nothing />,
    }),
    column.accessor('id', {
      header: 'Flow id',
      meta: { from: 'md' },
      cell: (cell) => <CopyId id={cell.getValue()} short label="Copy flow id" />,
    }),
    column.accessor('updated_at', {
      header: 'Changed',
      meta: { align: 'right' },
      cell: (cell) => <Time at={cell.getValue()} relative />,
    }),
  ];
  return (
    <Page
      title="Call flows"
      lead="What happens to a call, step by step. The editor is not built yet: flows are made, tested and published by the API (see docs/api.md, Routing)."
    >
      <DataTable
        label="Call flows"
        columns={columns}
        rows={flows.data}
        rowId={(each) => each.id}
        problem={flows.error}
        retry={() => void flows.refetch()}
        empty={
          <Empty icon={GitBranch} title="No call flow yet">
            A flow is made with <code className="font-mono text-xs">POST /v1/flows</code> and published from
            its draft.
          </Empty>
        }
      />
    </Page>
  );
}
