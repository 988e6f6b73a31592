import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Plus, Target as TargetIcon } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/api/client';
import type { Target } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { DataTable, Lead } from '@/components/data-table';
import { money, phone } from '@/components/format';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { Nothing } from '@/components/values';
import { useMay } from '@/features/access/session';
import { RowMenu } from '@/features/row-menu';
import { weekInShort } from '@/features/targets/hours';
import { targetsQuery } from '@/features/targets/queries';
import { TargetForm } from '@/features/targets/target-form';

export const Route = createFileRoute('/_app/targets')({ component: Targets });

const column = createColumnHelper<Target>();

function Targets() {
  const targets = useQuery(targetsQuery);
  const client = useQueryClient();
  const [editing, setEditing] = useState<Target | 'new'>();
  const may = useMay('manager');
  const columns = [
    column.accessor('name', {
      header: 'Target',
      cell: (cell) => (
        <Lead sub={<span className="tnum">{phone(cell.row.original.destination)}</span>}>
          {cell.getValue()}
        </Lead>
      ),
    }),
    column.display({
      id: 'state',
      header: 'State',
      cell: (cell) =>
        cell.row.original.problem ? (
          <span title={cell.row.original.problem}>
            <Badge tone="bad">Can’t be read</Badge>
          </span>
        ) : cell.row.original.enabled === false ? (
          <Badge>Disabled</Badge>
        ) : (
          <Badge tone="ok">Takes calls</Badge>
        ),
    }),
    column.accessor('hours', {
      header: 'Hours',
      meta: { from: 'lg' },
      cell: (cell) => {
        const hours = cell.getValue();
        return hours ? (
          <span className="text-ink-2">{weekInShort(hours)}</span>
        ) : (
          <span className="text-ink-3">always</span>
        );
      },
    }),
    column.accessor('caps', {
      header: 'Caps',
      meta: { from: 'md' },
      cell: (cell) => {
        const caps = Object.entries(cell.getValue() ?? {}).filter(([, value]) => value !== null);
        if (caps.length === 0) return <Nothing />;
        return (
          <span className="tnum text-ink-2">
            {caps.map(([span, value]) => `${value} / ${span}`).join(', ')}
          </span>
        );
      },
    }),
    column.accessor('concurrency', {
      header: 'At once',
      meta: { from: 'md', align: 'right' },
      cell: (cell) => (cell.getValue() ? <span className="tnum">{cell.getValue()}</span> : <Nothing />),
    }),
    column.accessor('conversion', {
      header: 'Pays',
      meta: { from: 'sm', align: 'right' },
      cell: (cell) => {
        const rule = cell.getValue();
        if (!rule) return <Nothing />;
        return (
          <span className="tnum">
            {money(rule.revenue ?? 0)} <span className="text-ink-3">after {rule.connected_seconds} s</span>
          </span>
        );
      },
    }),
    column.display({
      id: 'menu',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => (
        <RowMenu
          name={cell.row.original.name}
          onEdit={() => setEditing(cell.row.original)}
          meaning="A target that a plan or a published flow uses can’t be deleted."
          onDelete={async () => {
            await data(api.DELETE('/v1/targets/{id}', { params: { path: { id: cell.row.original.id } } }));
            await client.invalidateQueries({ queryKey: ['targets'] });
            say(`${cell.row.original.name} is deleted.`);
          }}
        />
      ),
    }),
  ];
  const create = may && (
    <Button kind="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> New target
    </Button>
  );
  return (
    <Page
      title="Targets"
      lead="Where calls go: a phone number or a SIP address, with its hours, caps and price."
      actions={create}
    >
      <DataTable
        label="Targets"
        columns={columns}
        rows={targets.data}
        rowId={(each) => each.id}
        {...(may ? { onOpen: setEditing } : {})}
        problem={targets.error}
        retry={() => void targets.refetch()}
        empty={
          <Empty icon={TargetIcon} title="No target yet" action={create}>
            Make a target for each desk or buyer that takes calls, then share calls among them with a routing
            plan.
          </Empty>
        }
      />
      {editing && (
        <TargetForm
          key={editing === 'new' ? 'new' : editing.id}
          target={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  );
}
