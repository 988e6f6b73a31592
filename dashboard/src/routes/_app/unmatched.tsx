import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Inbox } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, data } from '@/api/client';
import type { Unmatched, UnmatchedState, WebhookType } from '@/api/types';
import { pick } from '@/app/search';
import { Badge, type Tone } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { DataTable, Lead } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { phone, sentence } from '@/components/format';
import { More } from '@/components/more';
import { Confirm } from '@/components/overlay';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { Nothing, Time } from '@/components/values';
import { useMay } from '@/features/access/session';
import { useActor, useWebhookName } from '@/features/names';
import { Attach } from '@/features/unmatched/attach';
import { KINDS, kindOf } from '@/features/webhooks/kinds';

export const Route = createFileRoute('/_app/unmatched')({
  validateSearch: pick('state', 'kind', 'caller'),
  component: UnmatchedInbox,
});

const STATES: Record<UnmatchedState, Tone> = {
  pending: 'warn',
  applied: 'ok',
  attached: 'ok',
  expired: 'plain',
  dismissed: 'plain',
};
const column = createColumnHelper<Unmatched>();

function UnmatchedInbox() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const client = useQueryClient();
  const webhook = useWebhookName();
  const actor = useActor();
  const may = useMay('manager');
  const [attaching, setAttaching] = useState<Unmatched>();
  const [dismissing, setDismissing] = useState<Unmatched>();
  const query = useMemo(() => {
    const state = (Object.keys(STATES) as UnmatchedState[]).find((each) => each === search.state);
    const kind = KINDS.map((each) => each.type).find((each): each is WebhookType => each === search.kind);
    return {
      ...(state ? { state } : {}),
      ...(kind ? { kind } : {}),
      ...(search.caller ? { caller: search.caller } : {}),
    };
  }, [search.state, search.kind, search.caller]);
  const inbox = useInfiniteQuery({
    queryKey: ['unmatched', query],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/v1/unmatched', {
          params: { query: { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const filtered = Object.keys(search).length > 0;
  const rows = useMemo(() => inbox.data?.pages.flatMap((page) => page.unmatched), [inbox.data]);
  const set = (name: string) => (value: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
  const columns = [
    column.display({
      id: 'for',
      header: 'Waits for',
      cell: (cell) => {
        const { caller, call_log_id: id } = cell.row.original;
        const mobile = (
          <span className="sm:hidden">
            {kindOf(cell.row.original.kind).label} · <Time at={cell.row.original.received_at} relative />
          </span>
        );
        return (
          <Lead sub={mobile}>
            {caller ? phone(caller) : id ? <CopyId id={id} label="Copy call id" /> : <Nothing />}
          </Lead>
        );
      },
    }),
    column.accessor('kind', {
      header: 'Type',
      meta: { from: 'sm' },
      cell: (cell) => kindOf(cell.getValue()).label,
    }),
    column.accessor('webhook_id', {
      header: 'Webhook',
      meta: { from: 'lg' },
      cell: (cell) => webhook(cell.getValue()),
    }),
    column.accessor('reason', {
      header: 'Why',
      meta: { from: 'md', grow: true },
      cell: (cell) => (
        <span className="text-ink-2" title={cell.getValue()}>
          {cell.getValue()}
        </span>
      ),
    }),
    column.accessor('received_at', {
      header: 'Received',
      meta: { from: 'sm' },
      cell: (cell) => <Time at={cell.getValue()} relative />,
    }),
    column.accessor('state', {
      header: 'State',
      meta: { from: 'lg' },
      cell: (cell) => {
        const { state, settled_by: by } = cell.row.original;
        return (
          <span className="inline-flex items-center gap-1.5">
            <Badge tone={STATES[state]}>{sentence(state)}</Badge>
            {by && <span className="text-xs text-ink-2">by {actor(by)}</span>}
          </span>
        );
      },
    }),
    column.display({
      id: 'deeds',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => {
        const { state, applied_to: call } = cell.row.original;
        if (call)
          return (
            <Link
              to="/calls/$id"
              params={{ id: call }}
              className="text-xs text-accent-ink underline underline-offset-2"
            >
              its call
            </Link>
          );
        if (!may || state === 'dismissed') return null;
        return (
          <span className="inline-flex gap-1">
            <Button small onClick={() => setAttaching(cell.row.original)}>
              Attach…
            </Button>
            {state === 'pending' && (
              <Button small kind="quiet" onClick={() => setDismissing(cell.row.original)}>
                Dismiss
              </Button>
            )}
          </span>
        );
      },
    }),
  ];
  return (
    <Page
      title="Unmatched"
      lead="Requests whose call was not there. They are applied by themselves when it comes in time, or by hand here."
    >
      <FilterBar active={Object.keys(search).length} onClear={() => void navigate({ search: {} })}>
        <TextFilter label="Caller" value={search.caller} onChange={set('caller')} first className="w-40" />
        <ChoiceFilter
          label="Waiting"
          value={search.state}
          onChange={set('state')}
          choices={[
            ['applied', 'Applied by itself'],
            ['attached', 'Attached by hand'],
            ['expired', 'Expired'],
            ['dismissed', 'Dismissed'],
          ]}
        />
        <ChoiceFilter
          label="Any type"
          value={search.kind}
          onChange={set('kind')}
          choices={KINDS.map((each) => [each.type, each.label])}
        />
      </FilterBar>
      <DataTable
        label="Unmatched requests"
        columns={columns}
        rows={rows}
        rowId={(each) => each.request_id}
        onOpen={(each) => void navigate({ to: '/requests/$id', params: { id: each.request_id } })}
        problem={inbox.error}
        retry={() => void inbox.refetch()}
        empty={
          <Empty
            icon={Inbox}
            title={filtered ? 'Nothing fits these filters' : 'Nothing is waiting'}
            action={
              filtered && <Button onClick={() => void navigate({ search: {} })}>Show what waits</Button>
            }
          >
            Call data waits here for its caller. Updates do too, at webhooks that hold them instead of
            answering 404.
          </Empty>
        }
        footer={
          <More
            shown={rows?.length ?? 0}
            noun="request"
            hasMore={inbox.hasNextPage}
            loading={inbox.isFetchingNextPage}
            onMore={() => void inbox.fetchNextPage()}
          />
        }
      />
      {attaching && <Attach request={attaching} onClose={() => setAttaching(undefined)} />}
      <Confirm
        open={dismissing !== undefined}
        onOpenChange={(open) => !open && setDismissing(undefined)}
        title="Put this request aside?"
        deed="Dismiss"
        onConfirm={async () => {
          if (dismissing === undefined) return;
          await data(
            api.POST('/v1/unmatched/{request_id}/dismiss', {
              params: { path: { request_id: dismissing.request_id } },
            }),
          );
          await client.invalidateQueries({ queryKey: ['unmatched'] });
          say('Put aside.');
        }}
      >
        No call gets it any more. It stays in the request log, from which it can be sent again.
      </Confirm>
    </Page>
  );
}
