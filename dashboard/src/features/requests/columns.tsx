import { createColumnHelper } from '@tanstack/react-table';
import type { RequestLine } from '@/api/types';
import { Badge, HttpStatus } from '@/components/badge';
import { CopyId } from '@/components/copy';
import { Nothing, Phone, Time } from '@/components/values';

const column = createColumnHelper<RequestLine>();

export const REQUEST_COLUMNS = [
  column.accessor('received_at', { header: 'Received', cell: (cell) => <Time at={cell.getValue()} /> }),
  column.accessor('status', {
    header: 'Status',
    cell: (cell) => (
      <span className="inline-flex items-center gap-1.5">
        <HttpStatus status={cell.getValue()} />
        {cell.row.original.replay_of && <Badge>repeat</Badge>}
        {cell.row.original.mismatch && <Badge tone="warn">mismatch</Badge>}
      </span>
    ),
  }),
  column.accessor('code', {
    header: 'Code',
    meta: { from: 'sm' },
    cell: (cell) =>
      cell.getValue() ? <code className="font-mono text-xs">{cell.getValue()}</code> : <Nothing />,
  }),
  column.accessor('method', {
    header: 'Method',
    meta: { from: 'lg' },
    cell: (cell) => <span className="text-ink-2">{cell.getValue()}</span>,
  }),
  column.accessor('caller', {
    header: 'Caller',
    meta: { from: 'sm' },
    cell: (cell) => (cell.getValue() ? <Phone number={cell.getValue() ?? ''} /> : <Nothing />),
  }),
  column.accessor('transaction_id', {
    header: 'Transaction',
    meta: { from: 'lg' },
    cell: (cell) => {
      const id = cell.getValue();
      return id ? (
        <span className="block max-w-56 truncate font-mono text-xs text-ink-2">{id}</span>
      ) : (
        <Nothing />
      );
    },
  }),
  column.accessor('address', {
    header: 'From',
    meta: { from: 'xl' },
    cell: (cell) => <span className="tnum text-ink-2">{cell.getValue()}</span>,
  }),
  column.accessor('id', {
    header: 'Request id',
    meta: { from: 'md' },
    cell: (cell) => <CopyId id={cell.getValue()} short label="Copy request id" />,
  }),
];
