import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Plus, Webhook as WebhookIcon } from 'lucide-react';
import type { Webhook } from '@/api/types';
import { Badge } from '@/components/badge';
import { buttonClass } from '@/components/button';
import { DataTable, Lead } from '@/components/data-table';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { Nothing } from '@/components/values';
import { useMay } from '@/features/access/session';
import { kindOf } from '@/features/webhooks/kinds';
import { webhooksQuery } from '@/features/webhooks/queries';
import { LastRequest, RefusedShare, Traffic } from '@/features/webhooks/traffic';

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
  column.display({
    id: 'traffic',
    header: 'Last 24 hours',
    meta: { from: 'sm' },
    cell: (cell) => <Traffic id={cell.row.original.id} />,
  }),
  column.display({
    id: 'errors',
    header: 'Refused',
    meta: { from: 'md', align: 'right' },
    cell: (cell) => <RefusedShare id={cell.row.original.id} />,
  }),
  column.display({
    id: 'last',
    header: 'Last request',
    meta: { align: 'right' },
    cell: (cell) => <LastRequest id={cell.row.original.id} />,
  }),
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
  const webhooks = useQuery(webhooksQuery);
  const navigate = Route.useNavigate();
  const may = useMay('manager');
  const create = may && (
    <Link to="/webhooks/incoming/new" className={buttonClass('primary')}>
      <Plus className="size-4" aria-hidden /> New webhook
    </Link>
  );
  return (
    <Page
      title="Incoming webhooks"
      lead="Addresses to which other systems send what they know of callers, and what became of calls."
      actions={create}
    >
      <DataTable
        label="Incoming webhooks"
        columns={COLUMNS}
        rows={webhooks.data}
        rowId={(webhook) => webhook.id}
        onOpen={(webhook) => void navigate({ to: '/webhooks/incoming/$id', params: { id: webhook.id } })}
        problem={webhooks.error}
        retry={() => void webhooks.refetch()}
        empty={
          <Empty icon={WebhookIcon} title="No incoming webhook yet" action={create}>
            A webhook has a type and a key. A landing page, CRM or buyer sends to its address, and the calls
            know more.
          </Empty>
        }
      />
    </Page>
  );
}
