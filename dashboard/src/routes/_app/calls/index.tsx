import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Columns3, Download, PhoneCall, RotateCw } from 'lucide-react';
import { useMemo, useState } from 'react';
import { currentOrganization } from '@/api/organization';
import { pick } from '@/app/search';
import { Button, buttonClass, IconButton } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { Menu, MenuCheck, MenuLabel } from '@/components/menu';
import { More } from '@/components/more';
import { Page } from '@/components/page';
import { RANGES } from '@/components/range';
import { Empty } from '@/components/states';
import { useHiddenColumns } from '@/components/use-columns';
import { useMay } from '@/features/access/session';
import { CALL_COLUMNS, COLUMN_NAMES, HIDDEN_AT_FIRST } from '@/features/calls/columns';
import { callFilter, csvAddress } from '@/features/calls/filter';
import { PeriodChip } from '@/features/calls/period-chip';
import { callsQuery } from '@/features/calls/queries';
import { campaignsQuery } from '@/features/campaigns/queries';
import { publishersQuery } from '@/features/publishers/queries';
import { targetsQuery } from '@/features/targets/queries';
import { ViewsMenu } from '@/features/views/views-menu';

export const Route = createFileRoute('/_app/calls/')({
  validateSearch: pick(
    'caller',
    'status',
    'campaign',
    'publisher',
    'target',
    'tag',
    'converted',
    'range',
    'from',
    'to',
  ),
  component: CallLogs,
});

function CallLogs() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const [asked, setAsked] = useState(() => new Date());
  const filter = useMemo(() => callFilter(search, asked), [search, asked]);
  const calls = useInfiniteQuery(callsQuery(filter));
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const publishers = useQuery(publishersQuery).data ?? [];
  const targets = useQuery(targetsQuery).data ?? [];
  const mayExport = useMay('analyst');
  const [visibility, show, hide] = useHiddenColumns('calls', HIDDEN_AT_FIRST);
  const shown = COLUMN_NAMES.map(([id]) => id).filter((id) => visibility[id] !== false);
  const rows = useMemo(() => calls.data?.pages.flatMap((page) => page.calls), [calls.data]);
  const set = (name: string) => (value: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
  const active = Object.keys(search).length;

  return (
    <Page
      title="Call logs"
      actions={
        <>
          <IconButton
            label="Refresh"
            onClick={() => {
              setAsked(new Date());
              void calls.refetch();
            }}
          >
            <RotateCw
              className={calls.isRefetching ? 'size-4 animate-spin' : 'size-4'}
              strokeWidth={1.75}
              aria-hidden
            />
          </IconButton>
          <Menu
            trigger={
              <Button>
                <Columns3 className="size-3.5" aria-hidden /> Columns
              </Button>
            }
          >
            <MenuLabel>Columns shown</MenuLabel>
            {COLUMN_NAMES.map(([id, name]) => (
              <MenuCheck key={id} checked={visibility[id] !== false} onChange={(shown) => show(id, shown)}>
                {name}
              </MenuCheck>
            ))}
          </Menu>
          {mayExport && (
            <a href={csvAddress(filter, currentOrganization())} download className={buttonClass('secondary')}>
              <Download className="size-3.5" aria-hidden /> Export CSV
            </a>
          )}
        </>
      }
    >
      <FilterBar
        active={active}
        onClear={() => void navigate({ search: {} })}
        before={
          <ViewsMenu
            page="calls"
            search={search}
            columns={shown}
            onPick={(next, columns) => {
              if (columns) hide(COLUMN_NAMES.map(([id]) => id).filter((id) => !columns.includes(id)));
              void navigate({ search: next });
            }}
          />
        }
      >
        <TextFilter label="Caller" value={search.caller} onChange={set('caller')} first className="w-40" />
        <ChoiceFilter
          label="Any status"
          value={search.status}
          onChange={set('status')}
          choices={[
            ['ringing', 'Ringing'],
            ['in_progress', 'In progress'],
            ['completed', 'Completed'],
            ['failed', 'Failed'],
          ]}
        />
        <ChoiceFilter
          label="Any campaign"
          value={search.campaign}
          onChange={set('campaign')}
          choices={campaigns.map((each) => [each.id, each.name])}
        />
        <ChoiceFilter
          label="Any publisher"
          value={search.publisher}
          onChange={set('publisher')}
          choices={publishers.map((each) => [each.id, each.name])}
        />
        <ChoiceFilter
          label="Any target"
          value={search.target}
          onChange={set('target')}
          choices={targets.map((each) => [each.name, each.name])}
        />
        <TextFilter label="Tag = value" value={search.tag} onChange={set('tag')} className="w-44" />
        <ChoiceFilter
          label="Converted or not"
          value={search.converted}
          onChange={set('converted')}
          choices={[
            ['true', 'Converted'],
            ['false', 'Not converted'],
          ]}
        />
        {!search.range && (search.from || search.to) ? (
          <PeriodChip
            from={search.from}
            to={search.to}
            onClear={() => void navigate({ search: ({ from: _, to: __, ...rest }) => rest, replace: true })}
          />
        ) : (
          <ChoiceFilter
            label="Any time"
            value={search.range}
            onChange={set('range')}
            choices={RANGES.map(([id, label]) => [id, label])}
          />
        )}
      </FilterBar>
      <DataTable
        label="Calls"
        columns={CALL_COLUMNS}
        rows={rows}
        rowId={(call) => call.call_log_id}
        onOpen={(call) => void navigate({ to: '/calls/$id', params: { id: call.call_log_id } })}
        problem={calls.error}
        retry={() => void calls.refetch()}
        visibility={visibility}
        empty={
          active > 0 ? (
            <Empty
              icon={PhoneCall}
              title="No call fits these filters"
              action={<Button onClick={() => void navigate({ search: {} })}>Show all calls</Button>}
            >
              A caller is looked up by the whole number, with or without its country code.
            </Empty>
          ) : (
            <Empty icon={PhoneCall} title="No calls yet">
              A call appears here as soon as your switch tells of it with{' '}
              <code className="font-mono text-xs">POST /v1/calls</code>. To see how that looks, run{' '}
              <code className="font-mono text-xs">hookline simulate</code>.
            </Empty>
          )
        }
        footer={
          <More
            shown={rows?.length ?? 0}
            noun="call"
            hasMore={calls.hasNextPage}
            loading={calls.isFetchingNextPage}
            onMore={() => void calls.fetchNextPage()}
          />
        }
      />
    </Page>
  );
}
