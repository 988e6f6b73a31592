import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { GitBranch } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { FlowLine } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { FormSheet, TextField } from '@/components/form';
import { say } from '@/components/toast';
import { Nothing, Time } from '@/components/values';
import { campaignsQuery } from '@/features/campaigns/queries';
import { EMPTY, type Graph } from '@/features/flows/graph';
import { flowsQuery } from '@/features/flows/queries';
import { NounList } from '@/features/noun-list';

const ImportFlow = lazy(async () => ({ default: (await import('@/features/flows/import-flow')).ImportFlow }));

export const Route = createFileRoute('/_app/flows/')({ component: Flows });

const column = createColumnHelper<FlowLine>();

function Flows() {
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const [importing, setImporting] = useState(false);
  const make = async (name: string, graph: Graph) => {
    const flow = await data(api.POST('/v1/flows', { body: { name, draft: graph } }));
    await client.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true });
    say('Flow made.');
    await navigate({ to: '/flows/$id', params: { id: flow.id } });
  };
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
    <>
      <NounList
        title="Call flows"
        lead="What happens to a call, step by step: menus, opening hours, other systems’ answers, and where it ends."
        icon={GitBranch}
        query={flowsQuery}
        columns={columns}
        create="New flow"
        actions={<Button onClick={() => setImporting(true)}>Import</Button>}
        empty={{
          title: 'No call flow yet',
          text: 'A flow is drawn on a canvas, tested with a call that is made up, and published. A campaign then says that its calls go by it.',
        }}
        onOpen={(flow) => void navigate({ to: '/flows/$id', params: { id: flow.id } })}
        form={(_, onClose) => <NewFlow onClose={onClose} onMake={(name) => make(name, EMPTY)} />}
      />
      <Suspense>
        {importing && (
          <ImportFlow
            open
            onOpenChange={setImporting}
            deed="Make a flow of it"
            onImport={(graph) => make('Imported flow', graph)}
          />
        )}
      </Suspense>
    </>
  );
}

interface NewFlowProps {
  onClose(): void;
  onMake(name: string): Promise<void>;
}

function NewFlow({ onClose, onMake }: NewFlowProps) {
  const form = useForm({ defaultValues: { name: '' } });
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title="New call flow"
      form={form}
      save={({ name }) => onMake(name)}
      deed="Make flow"
    >
      <TextField form={form} name="name" label="Name" placeholder="Greeting" />
    </FormSheet>
  );
}
