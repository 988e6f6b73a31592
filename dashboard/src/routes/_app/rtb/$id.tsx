import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Braces } from 'lucide-react';
import { useMemo } from 'react';
import { api, data } from '@/api/client';
import type { BidState, LoggedBid } from '@/api/types';
import { pick } from '@/app/search';
import { Badge, type Tone } from '@/components/badge';
import { CodeBlock } from '@/components/code';
import { DataTable } from '@/components/data-table';
import { ChoiceFilter, FilterBar } from '@/components/filter-bar';
import { sentence } from '@/components/format';
import { More } from '@/components/more';
import { Sheet } from '@/components/overlay';
import { Facts, Page, Section } from '@/components/page';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { Money, Nothing, Phone, Time } from '@/components/values';
import { useCampaignName, usePublisherName, useTargetName } from '@/features/names';
import { endpointsQuery } from '@/features/rtb/queries';
import { BidsSummary } from '@/features/rtb/summary-panel';

export const Route = createFileRoute('/_app/rtb/$id')({
  validateSearch: pick('state', 'open', 'range'),
  component: EndpointPage,
});

const STATES: Record<BidState, Tone> = { reserved: 'live', used: 'ok', expired: 'plain', rejected: 'bad' };
const column = createColumnHelper<LoggedBid>();

function EndpointPage() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const endpoints = useQuery(endpointsQuery);
  const endpoint = endpoints.data?.find((each) => each.id === id);
  const campaign = useCampaignName();
  const publisher = usePublisherName();
  const target = useTargetName();
  const state = (Object.keys(STATES) as BidState[]).find((each) => each === search.state);
  const bids = useInfiniteQuery({
    queryKey: ['bids', id, state],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/v1/rtb-endpoints/{id}/bids', {
          params: {
            path: { id },
            query: { limit: 50, ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = useMemo(() => bids.data?.pages.flatMap((page) => page.bids), [bids.data]);
  const open = rows?.find((bid) => bid.id === search.open);
  const set = (name: string) => (value: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
  const columns = [
    column.accessor('at', { header: 'Asked', cell: (cell) => <Time at={cell.getValue()} /> }),
    column.accessor('state', {
      header: 'State',
      cell: (cell) => <Badge tone={STATES[cell.getValue()]}>{sentence(cell.getValue())}</Badge>,
    }),
    column.accessor('reason', {
      header: 'Reason',
      meta: { from: 'sm' },
      cell: (cell) => {
        const reason = cell.getValue();
        return reason ? <code className="font-mono text-xs">{reason}</code> : <Nothing />;
      },
    }),
    column.accessor('caller', {
      header: 'Caller',
      meta: { from: 'md' },
      cell: (cell) => (cell.getValue() ? <Phone number={cell.getValue() ?? ''} /> : <Nothing />),
    }),
    column.accessor('target_id', {
      header: 'Target',
      meta: { from: 'md' },
      cell: (cell) => {
        const each = cell.getValue();
        return each ? target(each) : <Nothing />;
      },
    }),
    column.accessor('payout', {
      header: 'Payout',
      meta: { align: 'right' },
      cell: (cell) => <Money amount={cell.getValue()} />,
    }),
  ];
  const above = (
    <Link to="/rtb" className="hover:text-ink hover:underline">
      RTB endpoints
    </Link>
  );
  if (endpoint === undefined) {
    return (
      <Page title="RTB endpoint" above={above}>
        {endpoints.error ? (
          <ErrorState problem={endpoints.error} />
        ) : endpoints.data ? (
          <Empty icon={Braces} title="There is no such endpoint">
            It was deleted, or it belongs to another organization.
          </Empty>
        ) : (
          <LoadingRows />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={endpoint.name}
      above={above}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {endpoint.enabled ? <Badge tone="ok">Enabled</Badge> : <Badge>Disabled</Badge>}
          {campaign(endpoint.campaign_id)}
          {endpoint.publisher_id && <span>for {publisher(endpoint.publisher_id)}</span>}
        </span>
      }
    >
      <Section title="Address" className="mb-5">
        <CodeBlock
          label="bid request"
          code={`curl '${location.origin}/inbound_rtb/${endpoint.id}?CALLER_ID=3105559876&ZIP_CODE=90210'`}
        />
        <p className="mt-2 text-xs text-ink-3">
          Whoever knows the address can ask: give it to this publisher only.
        </p>
      </Section>
      <BidsSummary id={id} range={search.range} onRange={set('range')} />
      <h2 className="mb-2 text-sm font-semibold">Bids</h2>
      <FilterBar active={state ? 1 : 0} onClear={() => set('state')(undefined)}>
        <ChoiceFilter
          label="Any state"
          value={search.state}
          onChange={set('state')}
          choices={Object.keys(STATES).map((each) => [each, sentence(each)])}
        />
      </FilterBar>
      <DataTable
        label="Bids"
        columns={columns}
        rows={rows}
        rowId={(bid) => bid.id}
        openId={search.open}
        onOpen={(bid) => set('open')(bid.id)}
        problem={bids.error}
        retry={() => void bids.refetch()}
        empty={
          <Empty icon={Braces} title={state ? 'No bid is in this state' : 'Nobody has asked yet'}>
            {state
              ? 'Choose another state, or any.'
              : 'Paste the request above into a terminal to try it. Every request is listed here, with why it got a place or not.'}
          </Empty>
        }
        footer={
          <More
            shown={rows?.length ?? 0}
            noun="bid"
            hasMore={bids.hasNextPage}
            loading={bids.isFetchingNextPage}
            onMore={() => void bids.fetchNextPage()}
          />
        }
      />
      <Sheet
        wide
        open={open !== undefined}
        onOpenChange={(next) => !next && set('open')(undefined)}
        title="Bid"
      >
        {open && <Bid bid={open} target={target} />}
      </Sheet>
    </Page>
  );
}

function Bid({ bid, target }: { bid: LoggedBid; target(id: string): string }) {
  return (
    <div className="grid gap-5">
      <Facts
        facts={[
          ['Asked', <Time key="at" at={bid.at} />],
          [
            'State',
            <Badge key="state" tone={STATES[bid.state]}>
              {sentence(bid.state)}
            </Badge>,
          ],
          ['Caller', bid.caller ? <Phone key="caller" number={bid.caller} /> : <Nothing key="caller" />],
          ['Payout', <Money key="payout" amount={bid.payout} />],
          ['Target', bid.target_id ? target(bid.target_id) : <Nothing key="target" />],
          [
            'Call',
            bid.call_log_id ? (
              <Link
                key="call"
                to="/calls/$id"
                params={{ id: bid.call_log_id }}
                className="font-mono text-xs text-accent-ink underline"
              >
                {bid.call_log_id}
              </Link>
            ) : (
              <Nothing key="call" />
            ),
          ],
          ['Reason', bid.reason ? (bid.answer.message ?? bid.reason) : <Nothing key="reason" />],
        ]}
      />
      <CodeBlock label="parameters" code={JSON.stringify(bid.parameters, null, 2)} />
      <CodeBlock label="answer" code={JSON.stringify(bid.answer, null, 2)} />
    </div>
  );
}
