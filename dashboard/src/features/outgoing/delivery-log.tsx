import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { RotateCw, Send } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Badge } from '@/components/badge';
import { Button, IconButton } from '@/components/button';
import { DataTable, Lead } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { More } from '@/components/more';
import { Sheet } from '@/components/overlay';
import { RANGES } from '@/components/range';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { Time } from '@/components/values';
import { useOutgoingName } from '../names';
import { DeliveryDetail, ReplayDelivery } from './delivery-detail';
import { DELIVERY_FILTERS, type DeliverySearch, deliveryFilter } from './delivery-filter';
import { type Delivery, LastAnswer, STATES, StateBadge } from './delivery-state';
import { EVENTS } from './events';
import { deliveriesQuery, deliveryQuery, outgoingQuery } from './queries';

const AGAIN_MS = 5_000;

const column = createColumnHelper<Delivery>();
const COLUMNS = [
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
const WEBHOOK = column.accessor('outgoing_webhook_id', {
  header: 'Webhook',
  meta: { from: 'lg' },
  cell: (cell) => <WebhookName id={cell.getValue()} />,
});

function WebhookName({ id }: { id: string }) {
  return useOutgoingName()(id);
}

interface DeliveryLogProps {
  /** If it is the log of one webhook, which stands in the path. */
  webhook?: string;
  search: DeliverySearch;
  onSearch(search: DeliverySearch): void;
  /** What to do while nothing was delivered yet. */
  first: ReactNode;
}

/** What was told to other systems; the filters are those of the page's address. */
export function DeliveryLog({ webhook, search, onSearch, first }: DeliveryLogProps) {
  const [asked, setAsked] = useState(() => new Date());
  const webhooks = useQuery({ ...outgoingQuery, enabled: webhook === undefined }).data ?? [];
  const filter = useMemo(
    () => deliveryFilter({ ...search, ...(webhook ? { webhook } : {}) }, asked),
    [search.webhook, search.state, search.event, search.call, search.range, webhook, asked],
  );
  const log = useInfiniteQuery({
    ...deliveriesQuery(filter),
    // What is on its way changes by itself.
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.deliveries.some((each) => each.state === 'pending') ? AGAIN_MS : false,
  });
  const rows = useMemo(() => log.data?.pages.flatMap((page) => page.deliveries), [log.data]);
  const set = (name: keyof DeliverySearch) => (value: string | undefined) => {
    const { [name]: _, ...rest } = search;
    onSearch(value === undefined ? rest : { ...rest, [name]: value });
  };
  const active = DELIVERY_FILTERS.filter((name) => name in search).length;
  return (
    <>
      <FilterBar active={active} onClear={() => onSearch({})}>
        <ChoiceFilter label="Any state" value={search.state} onChange={set('state')} choices={STATES} />
        <ChoiceFilter
          label="Any event"
          value={search.event}
          onChange={set('event')}
          choices={EVENTS.map(({ value }) => [value, value])}
        />
        {webhook === undefined && (
          <ChoiceFilter
            label="Any webhook"
            value={search.webhook}
            onChange={set('webhook')}
            choices={webhooks.map(({ id, name }) => [id, name])}
          />
        )}
        <TextFilter label="Call id" value={search.call} onChange={set('call')} first className="w-40" />
        <ChoiceFilter
          label="Any time"
          value={search.range}
          onChange={set('range')}
          choices={RANGES.map(([id, label]) => [id, label])}
        />
        <IconButton
          label="Refresh"
          onClick={() => {
            setAsked(new Date());
            void log.refetch();
          }}
        >
          <RotateCw
            className={log.isRefetching ? 'size-4 animate-spin' : 'size-4'}
            strokeWidth={1.75}
            aria-hidden
          />
        </IconButton>
      </FilterBar>
      <DataTable
        label="Deliveries"
        columns={webhook === undefined ? [...COLUMNS, WEBHOOK] : COLUMNS}
        rows={rows}
        rowId={(delivery) => delivery.id}
        openId={search.open}
        onOpen={(delivery) => set('open')(delivery.id)}
        problem={log.error}
        retry={() => void log.refetch()}
        empty={
          active > 0 ? (
            <Empty
              icon={Send}
              title="No delivery fits these filters"
              action={<Button onClick={() => onSearch({})}>Show all deliveries</Button>}
            />
          ) : (
            first
          )
        }
        footer={
          <More
            shown={rows?.length ?? 0}
            noun="delivery"
            nouns="deliveries"
            hasMore={log.hasNextPage}
            loading={log.isFetchingNextPage}
            onMore={() => void log.fetchNextPage()}
          />
        }
      />
      <OpenDelivery id={search.open} onClose={() => set('open')(undefined)} />
    </>
  );
}

function OpenDelivery({ id, onClose }: { id: string | undefined; onClose(): void }) {
  const delivery = useQuery({ ...deliveryQuery(id ?? ''), enabled: id !== undefined });
  return (
    <Sheet
      wide
      open={id !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title="Delivery"
      footer={id && <ReplayDelivery id={id} />}
    >
      {delivery.data ? (
        <DeliveryDetail delivery={delivery.data} />
      ) : delivery.error ? (
        <ErrorState problem={delivery.error} />
      ) : (
        <LoadingRows rows={10} />
      )}
    </Sheet>
  );
}
