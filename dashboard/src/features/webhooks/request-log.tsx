import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { RotateCw, Webhook as WebhookIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { RequestQuery, Webhook } from '@/api/types';
import { Button, IconButton } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { More } from '@/components/more';
import { Sheet } from '@/components/overlay';
import { RANGES, rangeStart } from '@/components/range';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { useMay } from '../access/session';
import { REQUEST_COLUMNS } from '../requests/columns';
import { ReplayButton, RequestDetail } from '../requests/detail';
import { requestQuery, requestsQuery } from '../requests/queries';

const STATUSES: [status: string, label: string][] = [
  ['2xx', 'Accepted (2xx)'],
  ['4xx', 'Refused (4xx)'],
  ['5xx', 'Failed (5xx)'],
  ...['200', '400', '401', '403', '404', '409', '413', '415', '429'].map((each): [string, string] => [
    each,
    each,
  ]),
];

const page = getRouteApi('/_app/webhooks/incoming/$id');

/** What was sent to a webhook; the filters are those of its page's address. */
export function RequestLog({ webhook }: { webhook: Webhook }) {
  const search = page.useSearch();
  const navigate = page.useNavigate();
  const may = useMay('manager');
  const [asked, setAsked] = useState(() => new Date());
  const filter = useMemo<RequestQuery>(() => {
    const from = rangeStart(search.range, asked);
    return {
      webhook_id: webhook.id,
      ...(search.status ? { status: search.status } : {}),
      ...(search.caller ? { caller: search.caller } : {}),
      ...(search.call ? { call_log_id: search.call } : {}),
      ...(search.transaction ? { transaction_id: search.transaction } : {}),
      ...(from ? { from } : {}),
    };
  }, [search.status, search.caller, search.call, search.transaction, search.range, webhook.id, asked]);
  const requests = useInfiniteQuery(requestsQuery(filter));
  const rows = useMemo(() => requests.data?.pages.flatMap((page) => page.requests), [requests.data]);
  const set = (name: string) => (value: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
  const active = ['status', 'caller', 'call', 'transaction', 'range'].filter((name) => name in search).length;
  return (
    <>
      <FilterBar active={active} onClear={() => void navigate({ search: {} })}>
        <ChoiceFilter label="Any status" value={search.status} onChange={set('status')} choices={STATUSES} />
        <TextFilter label="Caller" value={search.caller} onChange={set('caller')} first className="w-40" />
        <TextFilter label="Call id" value={search.call} onChange={set('call')} className="w-40" />
        <TextFilter
          label="Transaction id"
          value={search.transaction}
          onChange={set('transaction')}
          className="w-48"
        />
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
            void requests.refetch();
          }}
        >
          <RotateCw
            className={requests.isRefetching ? 'size-4 animate-spin' : 'size-4'}
            strokeWidth={1.75}
            aria-hidden
          />
        </IconButton>
      </FilterBar>
      <DataTable
        label="Requests"
        columns={REQUEST_COLUMNS}
        rows={rows}
        rowId={(request) => request.id}
        openId={search.open}
        onOpen={(request) => set('open')(request.id)}
        problem={requests.error}
        retry={() => void requests.refetch()}
        empty={
          active > 0 ? (
            <Empty
              icon={WebhookIcon}
              title="No request fits these filters"
              action={<Button onClick={() => void navigate({ search: {} })}>Show all requests</Button>}
            />
          ) : (
            <Empty
              icon={WebhookIcon}
              title="Nothing was sent yet"
              action={
                may && <Button onClick={() => void navigate({ search: { tab: 'test' } })}>Send a test</Button>
              }
            >
              Requests appear here as they come, refused ones too; those without a valid key do not.
            </Empty>
          )
        }
        footer={
          <More
            shown={rows?.length ?? 0}
            noun="request"
            hasMore={requests.hasNextPage}
            loading={requests.isFetchingNextPage}
            onMore={() => void requests.fetchNextPage()}
          />
        }
      />
      <OpenRequest id={search.open} onClose={() => set('open')(undefined)} />
    </>
  );
}

function OpenRequest({ id, onClose }: { id: string | undefined; onClose(): void }) {
  const request = useQuery({ ...requestQuery(id ?? ''), enabled: id !== undefined });
  return (
    <Sheet
      wide
      open={id !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title="Request"
      footer={id && <ReplayButton id={id} />}
    >
      {request.data ? (
        <RequestDetail request={request.data} />
      ) : request.error ? (
        <ErrorState problem={request.error} />
      ) : (
        <LoadingRows rows={10} />
      )}
    </Sheet>
  );
}
