import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Target as TargetIcon } from 'lucide-react';
import { api, data } from '@/api/client';
import type { Target } from '@/api/types';
import { Badge } from '@/components/badge';
import { Lead } from '@/components/data-table';
import { money, phone } from '@/components/format';
import { Nothing } from '@/components/values';
import { NounList } from '@/features/noun-list';
import { weekInShort } from '@/features/targets/hours';
import { targetsQuery } from '@/features/targets/queries';
import { TargetForm } from '@/features/targets/target-form';

export const Route = createFileRoute('/_app/targets')({ component: Targets });

const column = createColumnHelper<Target>();

function Targets() {
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
  ];
  return (
    <NounList
      title="Targets"
      lead="Where calls go: a phone number or a SIP address, with its hours, caps and price."
      icon={TargetIcon}
      query={targetsQuery}
      columns={columns}
      create="New target"
      empty={{
        title: 'No target yet',
        text: 'Make a target for each desk or buyer that takes calls, then share calls among them with a routing plan.',
      }}
      removal={{
        nameOf: (row) => row.name,
        meaning: 'A target that a plan or a published flow uses can’t be deleted.',
        remove: (id) => data(api.DELETE('/v1/targets/{id}', { params: { path: { id } } })),
      }}
      form={(row, onClose) => <TargetForm target={row} onClose={onClose} />}
    />
  );
}
