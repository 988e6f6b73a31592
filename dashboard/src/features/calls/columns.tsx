import { createColumnHelper } from '@tanstack/react-table';
import { CircleDollarSign } from 'lucide-react';
import type { Call } from '@/api/types';
import { Badge, CallStatusBadge } from '@/components/badge';
import { CopyId } from '@/components/copy';
import { duration } from '@/components/format';
import { Money, Nothing, Phone, Time } from '@/components/values';

const column = createColumnHelper<Call>();
const text = (value: string | null | undefined) => (value ? value : <Nothing />);

export const CALL_COLUMNS = [
  column.accessor('started_at', {
    header: 'Started',
    meta: { from: 'sm' },
    cell: (cell) => <Time at={cell.getValue()} />,
  }),
  column.accessor('caller', {
    header: 'Caller',
    cell: (cell) => (
      <>
        <span className="font-medium">
          <Phone number={cell.getValue()} />
        </span>
        <span className="block text-xs text-ink-3 sm:hidden">
          <Time at={cell.row.original.started_at} />
        </span>
      </>
    ),
  }),
  column.accessor('status', {
    header: 'Status',
    cell: (cell) => <CallStatusBadge status={cell.getValue()} />,
  }),
  column.accessor('campaign_name', {
    id: 'campaign',
    header: 'Campaign',
    meta: { from: 'md' },
    cell: (cell) => text(cell.getValue()),
  }),
  column.accessor('publisher_name', {
    id: 'publisher',
    header: 'Publisher',
    meta: { from: 'lg' },
    cell: (cell) => text(cell.getValue()),
  }),
  column.accessor('target', {
    header: 'Target',
    meta: { from: 'md' },
    cell: (cell) => text(cell.getValue()),
  }),
  column.accessor('dialed', {
    header: 'Dialed',
    meta: { from: 'lg' },
    cell: (cell) => <Phone number={cell.getValue()} />,
  }),
  column.accessor('state', { header: 'State', meta: { from: 'lg' }, cell: (cell) => text(cell.getValue()) }),
  column.accessor('zip', { header: 'ZIP', meta: { from: 'lg' }, cell: (cell) => text(cell.getValue()) }),
  column.accessor('connected_seconds', {
    id: 'connected',
    header: 'Connected',
    meta: { from: 'sm', align: 'right' },
    cell: (cell) =>
      cell.getValue() === 0 ? <Nothing /> : <span className="tnum">{duration(cell.getValue())}</span>,
  }),
  column.accessor('converted', {
    header: 'Converted',
    meta: { from: 'lg' },
    cell: (cell) =>
      cell.getValue() ? (
        <Badge tone="accent">
          <CircleDollarSign className="size-3" aria-hidden /> Yes
        </Badge>
      ) : (
        <Nothing />
      ),
  }),
  column.accessor('revenue_paid_out', {
    id: 'revenue',
    header: 'Revenue',
    meta: { align: 'right' },
    cell: (cell) => <Money amount={cell.getValue()} />,
  }),
  column.accessor('publisher_paid_out', {
    id: 'payout',
    header: 'Payout',
    meta: { from: 'lg', align: 'right' },
    cell: (cell) => <Money amount={cell.getValue()} />,
  }),
  column.accessor('reason', {
    header: 'Reason',
    meta: { from: 'lg' },
    cell: (cell) => text(cell.getValue()),
  }),
  column.accessor('no_payout_reason', {
    header: 'No payout because',
    meta: { from: 'lg' },
    cell: (cell) => text(cell.getValue()),
  }),
  column.accessor('external_id', {
    header: 'External id',
    meta: { from: 'lg' },
    cell: (cell) => text(cell.getValue()),
  }),
  column.accessor('call_log_id', {
    id: 'id',
    header: 'Call id',
    meta: { from: 'md' },
    cell: (cell) => <CopyId id={cell.getValue()} short label="Copy call id" />,
  }),
];

/** Names of the columns that can be left out, for the menu. */
export const COLUMN_NAMES: [id: string, name: string][] = [
  ['campaign', 'Campaign'],
  ['publisher', 'Publisher'],
  ['target', 'Target'],
  ['dialed', 'Dialed'],
  ['state', 'State'],
  ['zip', 'ZIP'],
  ['connected', 'Connected'],
  ['converted', 'Converted'],
  ['revenue', 'Revenue'],
  ['payout', 'Payout'],
  ['reason', 'Reason'],
  ['no_payout_reason', 'No payout because'],
  ['external_id', 'External id'],
  ['id', 'Call id'],
];

export const HIDDEN_AT_FIRST = ['dialed', 'zip', 'reason', 'no_payout_reason', 'external_id'];
