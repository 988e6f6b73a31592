import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Webhook as WebhookIcon } from 'lucide-react';
import type { Webhook } from '@/api/types';
import { Badge } from '@/components/badge';
import { Lead } from '@/components/data-table';
import { trafficColumns } from '@/components/traffic';
import { Nothing } from '@/components/values';
import { NounList } from '@/features/noun-list';
import { kindOf } from '@/features/webhooks/kinds';
import { webhooksQuery } from '@/features/webhooks/queries';
import { useTraffic } from '@/features/webhooks/traffic';

export const Route = createFileRoute('/_app/webhooks/incoming/')({ component: Incoming });

const column = createColumnHelper<Webhook>();
const COLUMNS = [
  column.accessor('name', {
    header: 'Webhook',
    cell: (cell) => (
      <Lead sub={<span className="font-mono text-2xs">{kindOf(cell.row.original.type).path}</span>}>
        {cell.getValue()}
      </Lead>
    ),
  }),
  column.accessor('type', {
    header: 'Type',
    meta: { from: 'md' },
    cell: (cell) => kindOf(cell.getValue()).label,
  }),
  column.accessor('enabled', {
    header: 'State',
    cell: (cell) => (cell.getValue() ? <Badge tone="ok">Enabled</Badge> : <Badge>Disabled</Badge>),
  }),
  ...trafficColumns<Webhook>(useTraffic, { noun: 'request', bad: 'refused' }),
  column.accessor('settings', {
    header: 'Rate limit',
    meta: { from: 'lg', align: 'right' },
    cell: (cell) => {
      const limit = cell.getValue().rate_limit;
      return limit ? <span className="tnum text-ink-2">{`${limit.count} / ${limit.per}`}</span> : <Nothing />;
    },
  }),
];

function Incoming() {
  const navigate = Route.useNavigate();
  return (
    <NounList
      title="Incoming webhooks"
      lead="Addresses to which other systems send what they know of callers, and what became of calls."
      icon={WebhookIcon}
      query={webhooksQuery}
      columns={COLUMNS}
      create="New webhook"
      createAt="/webhooks/incoming/new"
      empty={{
        title: 'No incoming webhook yet',
        text: 'A webhook has a type and a key. A landing page, CRM or buyer sends to its address, and the calls know more.',
      }}
      onOpen={(webhook) => void navigate({ to: '/webhooks/incoming/$id', params: { id: webhook.id } })}
    />
  );
}
