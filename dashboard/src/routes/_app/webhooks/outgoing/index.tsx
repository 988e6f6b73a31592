import { createFileRoute, Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Send } from 'lucide-react';
import { Badge } from '@/components/badge';
import { buttonClass } from '@/components/button';
import { Lead } from '@/components/data-table';
import { trafficColumns } from '@/components/traffic';
import { NounList } from '@/features/noun-list';
import { eventsText } from '@/features/outgoing/events';
import type { OutgoingWebhook } from '@/features/outgoing/form';
import { outgoingQuery } from '@/features/outgoing/queries';
import { useDeliveryTraffic } from '@/features/outgoing/traffic';

export const Route = createFileRoute('/_app/webhooks/outgoing/')({ component: Outgoing });

const column = createColumnHelper<OutgoingWebhook>();
const COLUMNS = [
  column.accessor('name', {
    header: 'Webhook',
    meta: { grow: true },
    cell: (cell) => (
      <Lead
        sub={
          <span className="font-mono text-2xs">
            {cell.row.original.method} {cell.row.original.url}
          </span>
        }
      >
        {cell.getValue()}
      </Lead>
    ),
  }),
  column.accessor('events', {
    header: 'Events',
    meta: { from: 'lg' },
    cell: (cell) => (
      <span className="font-mono text-xs text-ink-2" title={cell.getValue().join(', ')}>
        {eventsText(cell.getValue())}
      </span>
    ),
  }),
  column.accessor('enabled', {
    header: 'State',
    cell: (cell) =>
      cell.getValue() ? (
        <Badge tone="ok">Enabled</Badge>
      ) : (
        <span title={cell.row.original.disabled_reason ?? undefined}>
          <Badge tone={cell.row.original.disabled_reason ? 'warn' : 'plain'}>Disabled</Badge>
        </span>
      ),
  }),
  ...trafficColumns<OutgoingWebhook>(useDeliveryTraffic, { noun: 'delivery', bad: 'failed' }),
];

function Outgoing() {
  const navigate = Route.useNavigate();
  return (
    <NounList
      title="Outgoing webhooks"
      lead="What other systems are told of calls: when one comes in, is connected, ends or converts."
      icon={Send}
      query={outgoingQuery}
      columns={COLUMNS}
      create="New webhook"
      createAt="/webhooks/outgoing/new"
      links={
        <Link to="/webhooks/outgoing/deliveries" className={buttonClass('secondary')}>
          All deliveries
        </Link>
      }
      empty={{
        title: 'No outgoing webhook yet',
        text: 'Say where your CRM, buyer or analytics is to be told, and of which events. Failed deliveries are tried again, and each can be read and sent once more.',
      }}
      onOpen={(webhook) => void navigate({ to: '/webhooks/outgoing/$id', params: { id: webhook.id } })}
    />
  );
}
