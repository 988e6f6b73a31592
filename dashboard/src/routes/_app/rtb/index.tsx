import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Braces } from 'lucide-react';
import { api, data } from '@/api/client';
import type { RtbEndpoint } from '@/api/types';
import { Badge } from '@/components/badge';
import { CopyButton } from '@/components/copy';
import { Lead } from '@/components/data-table';
import { money } from '@/components/format';
import { Nothing } from '@/components/values';
import { useCampaignName, usePublisherName } from '@/features/names';
import { NounList } from '@/features/noun-list';
import { EndpointForm } from '@/features/rtb/endpoint-form';
import { endpointsQuery } from '@/features/rtb/queries';

export const Route = createFileRoute('/_app/rtb/')({ component: Endpoints });

const column = createColumnHelper<RtbEndpoint>();

function Endpoints() {
  const campaign = useCampaignName();
  const publisher = usePublisherName();
  const navigate = Route.useNavigate();
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
  ];
  return (
    <NounList
      title="RTB endpoints"
      lead="Addresses at which publishers ask what a call would bring, before they send it."
      icon={Braces}
      query={endpointsQuery}
      columns={columns}
      create="New endpoint"
      empty={{
        title: 'No RTB endpoint yet',
        text: 'Give a publisher an endpoint for a campaign. Its address is its secret; a bid holds a place for the call.',
      }}
      onOpen={(endpoint) => void navigate({ to: '/rtb/$id', params: { id: endpoint.id } })}
      removal={{
        nameOf: (row) => row.name,
        meaning: 'Its address answers 404 from now on. Its bids stay in the log.',
        remove: (id) => data(api.DELETE('/v1/rtb-endpoints/{id}', { params: { path: { id } } })),
      }}
      form={(row, onClose) => <EndpointForm endpoint={row} onClose={onClose} />}
    />
  );
}
