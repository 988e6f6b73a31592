import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { RotateCw, Send } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Button, IconButton } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { More } from '@/components/more';
import { Sheet } from '@/components/overlay';
import { RANGES } from '@/components/range';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { COLUMNS_OF_ALL, COLUMNS_OF_ONE } from './delivery-columns';
import { DeliveryDetail, ReplayDelivery } from './delivery-detail';
import { DELIVERY_FILTERS, type DeliverySearch, deliveryFilter } from './delivery-filter';
import { STATES } from './delivery-state';
import { EVENTS } from './events';
import { deliveriesQuery, deliveryQuery, outgoingQuery } from './queries';

const AGAIN_MS = 5_000;

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
      <DeliveryFilters
        all={webhook === undefined}
        search={search}
        active={active}
        onSet={set}
        onClear={() => onSearch({})}
        busy={log.isRefetching}
        onRefresh={() => {
          setAsked(new Date());
          void log.refetch();
        }}
      />
      <DataTable
        label="Deliveries"
        columns={webhook === undefined ? COLUMNS_OF_ALL : COLUMNS_OF_ONE}
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

interface DeliveryFiltersProps {
  /** Whether it is the log of all webhooks. */
  all: boolean;
  search: DeliverySearch;
  active: number;
  onSet(name: keyof DeliverySearch): (value: string | undefined) => void;
  onClear(): void;
  busy: boolean;
  onRefresh(): void;
}

function DeliveryFilters(props: DeliveryFiltersProps) {
  const { all, search, active, onSet, onClear, busy, onRefresh } = props;
  const webhooks = useQuery({ ...outgoingQuery, enabled: all }).data ?? [];
  return (
    <FilterBar active={active} onClear={onClear}>
      <ChoiceFilter label="Any state" value={search.state} onChange={onSet('state')} choices={STATES} />
      <ChoiceFilter
        label="Any event"
        value={search.event}
        onChange={onSet('event')}
        choices={EVENTS.map(({ value }) => [value, value])}
      />
      {all && (
        <ChoiceFilter
          label="Any webhook"
          value={search.webhook}
          onChange={onSet('webhook')}
          choices={webhooks.map(({ id, name }) => [id, name])}
        />
      )}
      <TextFilter label="Call id" value={search.call} onChange={onSet('call')} first className="w-40" />
      <ChoiceFilter
        label="Any time"
        value={search.range}
        onChange={onSet('range')}
        choices={RANGES.map(([id, label]) => [id, label])}
      />
      <IconButton label="Refresh" onClick={onRefresh}>
        <RotateCw className={busy ? 'size-4 animate-spin' : 'size-4'} strokeWidth={1.75} aria-hidden />
      </IconButton>
    </FilterBar>
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
