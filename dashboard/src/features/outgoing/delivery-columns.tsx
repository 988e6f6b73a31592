import { Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Badge } from '@/components/badge';
import { Lead } from '@/components/data-table';
import { Time } from '@/components/values';
import { useOutgoingName } from '../names';
import { type Delivery, LastAnswer, StateBadge } from './delivery-state';

const column = createColumnHelper<Delivery>();
export const COLUMNS_OF_ONE = [
  column.accessor('created_at', {
    header: 'Event',
    cell: (cell) => (
      <Lead sub={<Time at={cell.getValue()} />}>
        <span className="font-mono text-xs">{cell.row.original.event}</span>
      </Lead>
    ),
  }),
  column.accessor('state', {
    header: 'State',
    cell: (cell) => (
      <span className="inline-flex gap-1.5">
        <StateBadge state={cell.getValue()} />
        {cell.row.original.replay_of && <Badge>replay</Badge>}
      </span>
    ),
  }),
  column.display({
    id: 'answer',
    header: 'Last answer',
    meta: { from: 'sm', grow: true },
    cell: (cell) => <LastAnswer delivery={cell.row.original} />,
  }),
  column.accessor('attempts_made', {
    header: 'Attempts',
    meta: { from: 'md', align: 'right' },
    cell: (cell) => (
      <span className="tnum text-ink-2">
        {cell.getValue()}
        {cell.row.original.next_attempt_at && cell.row.original.state === 'pending' && (
          <>
            , again <Time at={cell.row.original.next_attempt_at} relative />
          </>
        )}
      </span>
    ),
  }),
  column.accessor('call_log_id', {
    header: 'Call',
    meta: { from: 'md' },
    cell: (cell) => (
      <Link
        to="/calls/$id"
        params={{ id: cell.getValue() }}
        className="font-mono text-xs text-accent-ink underline decoration-accent/40 underline-offset-2"
      >
        …{cell.getValue().slice(-8)}
      </Link>
    ),
  }),
];
export const COLUMNS_OF_ALL = [
  ...COLUMNS_OF_ONE,
  column.accessor('outgoing_webhook_id', {
    header: 'Webhook',
    meta: { from: 'lg' },
    cell: (cell) => <WebhookName id={cell.getValue()} />,
  }),
];

function WebhookName({ id }: { id: string }) {
  return useOutgoingName()(id);
}
