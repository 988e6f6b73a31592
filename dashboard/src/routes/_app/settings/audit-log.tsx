import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { FileClock } from 'lucide-react';
import { useMemo } from 'react';
import { api, data } from '@/api/client';
import type { AuditEntry } from '@/api/types';
import { pick } from '@/app/search';
import { Badge, type Tone } from '@/components/badge';
import { CopyId } from '@/components/copy';
import { DataTable } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { sentence } from '@/components/format';
import { More } from '@/components/more';
import { Sheet } from '@/components/overlay';
import { Facts, Page } from '@/components/page';
import { Empty } from '@/components/states';
import { Nothing, Time } from '@/components/values';
import { differences } from '@/features/settings/differences';

export const Route = createFileRoute('/_app/settings/audit-log')({
  validateSearch: pick('noun', 'id', 'actor', 'open'),
  component: AuditLog,
});

const NOUNS = [
  'webhook',
  'custom_tag',
  'campaign',
  'number',
  'publisher',
  'target',
  'routing_plan',
  'flow',
  'rtb_endpoint',
  'call',
  'user',
  'api_key',
  'organization',
];
const TONES: Record<string, Tone> = { created: 'ok', deleted: 'bad', updated: 'plain', published: 'accent' };
const column = createColumnHelper<AuditEntry>();
const COLUMNS = [
  column.accessor('at', {
    header: 'When',
    meta: { from: 'sm' },
    cell: (cell) => <Time at={cell.getValue()} />,
  }),
  column.accessor('actor_name', {
    header: 'Who',
    cell: (cell) => <span className="font-medium">{cell.getValue()}</span>,
  }),
  column.accessor('action', {
    header: 'What',
    cell: (cell) => <Badge tone={TONES[cell.getValue()] ?? 'info'}>{sentence(cell.getValue())}</Badge>,
  }),
  column.accessor('noun', { header: 'Of', cell: (cell) => sentence(cell.getValue()) }),
  column.display({
    id: 'fields',
    header: 'Changed',
    meta: { from: 'md', grow: true },
    cell: (cell) => (
      <span className="font-mono text-xs text-ink-2">
        {differences(cell.row.original.before, cell.row.original.after)
          .map((each) => each.field)
          .join(', ')}
      </span>
    ),
  }),
  column.accessor('noun_id', {
    header: 'Id',
    meta: { from: 'lg' },
    cell: (cell) => <CopyId id={cell.getValue()} short />,
  }),
];

function AuditLog() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useMemo(
    () => ({
      ...(search.noun ? { noun: search.noun } : {}),
      ...(search.id ? { id: search.id } : {}),
      ...(search.actor ? { actor: search.actor } : {}),
    }),
    [search.noun, search.id, search.actor],
  );
  const log = useInfiniteQuery({
    queryKey: ['audit-log', query],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/v1/audit-log', {
          params: { query: { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = useMemo(() => log.data?.pages.flatMap((page) => page.entries), [log.data]);
  const open = rows?.find((entry) => entry.id === search.open);
  const set = (name: string) => (value: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
  return (
    <Page
      title="Audit log"
      lead="Every change to the organization: by whom, what it was before and what it became."
    >
      <FilterBar
        active={['noun', 'id', 'actor'].filter((name) => name in search).length}
        onClear={() => void navigate({ search: {} })}
      >
        <ChoiceFilter
          label="Anything"
          value={search.noun}
          onChange={set('noun')}
          choices={NOUNS.map((noun) => [noun, sentence(noun)])}
        />
        <TextFilter label="Id" value={search.id} onChange={set('id')} first className="w-72" />
      </FilterBar>
      <DataTable
        label="Audit log"
        columns={COLUMNS}
        rows={rows}
        rowId={(entry) => entry.id}
        openId={search.open}
        onOpen={(entry) => set('open')(entry.id)}
        problem={log.error}
        retry={() => void log.refetch()}
        empty={
          <Empty icon={FileClock} title="Nothing was changed yet">
            Whoever changes a webhook, a plan or a user is listed here, with what it was before.
          </Empty>
        }
        footer={
          <More
            shown={rows?.length ?? 0}
            noun="change"
            hasMore={log.hasNextPage}
            loading={log.isFetchingNextPage}
            onMore={() => void log.fetchNextPage()}
          />
        }
      />
      <Sheet
        wide
        open={open !== undefined}
        onOpenChange={(next) => !next && set('open')(undefined)}
        title="Change"
      >
        {open && <Entry entry={open} />}
      </Sheet>
    </Page>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const changed = differences(entry.before, entry.after);
  return (
    <div className="grid gap-5">
      <Facts
        facts={[
          ['When', <Time key="at" at={entry.at} />],
          ['Who', entry.actor_name],
          ['What', `${sentence(entry.action)} ${entry.noun.replaceAll('_', ' ')}`],
          ['Id', <CopyId key="id" id={entry.noun_id} />],
        ]}
      />
      <table className="w-full table-fixed text-left text-xs">
        <thead className="text-ink-3">
          <tr className="border-b">
            <th scope="col" className="w-1/4 py-1.5 font-medium">
              Field
            </th>
            <th scope="col" className="py-1.5 font-medium">
              Before
            </th>
            <th scope="col" className="py-1.5 font-medium">
              After
            </th>
          </tr>
        </thead>
        <tbody className="font-mono">
          {changed.map((each) => (
            <tr key={each.field} className="border-b align-top">
              <th scope="row" className="py-1.5 pr-3 font-normal break-words text-ink-2">
                {each.field}
              </th>
              <td className="py-1.5 pr-3 break-words whitespace-pre-wrap text-ink-3">
                {each.before ?? <Nothing />}
              </td>
              <td className="py-1.5 break-words whitespace-pre-wrap">{each.after ?? <Nothing />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
