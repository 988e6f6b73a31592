import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Braces, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/api/client';
import type { RtbEndpoint } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyButton } from '@/components/copy';
import { DataTable, Lead } from '@/components/data-table';
import { money } from '@/components/format';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { Nothing } from '@/components/values';
import { useMay } from '@/features/access/session';
import { useCampaignName, usePublisherName } from '@/features/names';
import { RowMenu } from '@/features/row-menu';
import { EndpointForm } from '@/features/rtb/endpoint-form';
import { endpointsQuery } from '@/features/rtb/queries';

export const Route = createFileRoute('/_app/rtb/')({ component: Endpoints });

const column = createColumnHelper<RtbEndpoint>();

function Endpoints() {
  const endpoints = useQuery(endpointsQuery);
  const campaign = useCampaignName();
  const publisher = usePublisherName();
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const [editing, setEditing] = useState<RtbEndpoint | 'new'>();
  const may = useMay('manager');
  const columns = [
    column.accessor('name', {
      header: 'Endpoint',
      cell: (cell) => <Lead>{cell.getValue()}</Lead>,
    }),
    column.accessor('enabled', {
      header: 'State',
      cell: (cell) => (cell.getValue() ? <Badge tone="ok">Enabled</Badge> : <Badge>Disabled</Badge>),
    }),
    column.accessor('campaign_id', {
      header: 'Campaign',
      meta: { from: 'sm' },
      cell: (cell) => campaign(cell.getValue()),
    }),
    column.accessor('publisher_id', {
      header: 'Publisher',
      meta: { from: 'md' },
      cell: (cell) => {
        const id = cell.getValue();
        return id ? publisher(id) : <Nothing />;
      },
    }),
    column.accessor('settings', {
      header: 'Holds for',
      meta: { from: 'md', align: 'right' },
      cell: (cell) => (
        <span className="tnum text-ink-2">
          {cell.getValue().reservation_seconds ?? 30} s
          {cell.getValue().payout_min ? `, from ${money(cell.getValue().payout_min ?? 0)}` : ''}
        </span>
      ),
    }),
    column.accessor('id', {
      header: 'Address',
      meta: { from: 'lg' },
      cell: (cell) => (
        <span className="inline-flex items-center gap-1 font-mono text-xs text-ink-2">
          /inbound_rtb/…{cell.getValue().slice(-8)}
          <CopyButton text={`${location.origin}/inbound_rtb/${cell.getValue()}`} label="Copy address" />
        </span>
      ),
    }),
    column.display({
      id: 'menu',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => (
        <RowMenu
          name={cell.row.original.name}
          onEdit={() => setEditing(cell.row.original)}
          meaning="Its address answers 404 from now on. Its bids stay in the log."
          onDelete={async () => {
            await data(
              api.DELETE('/v1/rtb-endpoints/{id}', { params: { path: { id: cell.row.original.id } } }),
            );
            await client.invalidateQueries({ queryKey: ['rtb-endpoints'] });
            say(`${cell.row.original.name} is deleted.`);
          }}
        />
      ),
    }),
  ];
  const create = may && (
    <Button kind="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> New endpoint
    </Button>
  );
  return (
    <Page
      title="RTB endpoints"
      lead="Addresses at which publishers ask what a call would bring, before they send it."
      actions={create}
    >
      <DataTable
        label="RTB endpoints"
        columns={columns}
        rows={endpoints.data}
        rowId={(each) => each.id}
        onOpen={(endpoint) => void navigate({ to: '/rtb/$id', params: { id: endpoint.id } })}
        problem={endpoints.error}
        retry={() => void endpoints.refetch()}
        empty={
          <Empty icon={Braces} title="No RTB endpoint yet" action={create}>
            Give a publisher an endpoint for a campaign. Its address is its secret; a bid holds a place for
            the call.
          </Empty>
        }
      />
      {editing && (
        <EndpointForm
          key={editing === 'new' ? 'new' : editing.id}
          endpoint={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  );
}
