import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Power, RotateCw, Trash2, Webhook as WebhookIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { RequestQuery, Webhook } from '@/api/types';
import { pick } from '@/app/search';
import { Badge } from '@/components/badge';
import { Button, IconButton } from '@/components/button';
import { CopyId } from '@/components/copy';
import { DataTable } from '@/components/data-table';
import { ChoiceFilter, FilterBar, TextFilter } from '@/components/filter-bar';
import { useSave } from '@/components/form';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { More } from '@/components/more';
import { Confirm, Sheet } from '@/components/overlay';
import { Page } from '@/components/page';
import { RANGES, rangeStart } from '@/components/range';
import { Empty, ErrorState, LoadingRows, ProblemNote } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { say, sayProblem } from '@/components/toast';
import { useMay } from '@/features/access/session';
import { REQUEST_COLUMNS } from '@/features/requests/columns';
import { ReplayButton, RequestDetail } from '@/features/requests/detail';
import { requestQuery, requestsQuery } from '@/features/requests/queries';
import { UseIt } from '@/features/webhooks/key-shown';
import { kindOf } from '@/features/webhooks/kinds';
import { webhooksQuery } from '@/features/webhooks/queries';
import { Rotate } from '@/features/webhooks/rotate';
import { SendTest } from '@/features/webhooks/send-test';
import { formOf, fromForm, type SettingsForm } from '@/features/webhooks/settings';
import { SettingsFields } from '@/features/webhooks/settings-fields';

export const Route = createFileRoute('/_app/webhooks/incoming/$id')({
  validateSearch: pick('tab', 'status', 'caller', 'transaction', 'range', 'open'),
  component: WebhookPage,
});

function WebhookPage() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const webhooks = useQuery(webhooksQuery);
  const webhook = webhooks.data?.find((each) => each.id === id);
  const above = (
    <Link to="/webhooks/incoming" className="hover:text-ink hover:underline">
      Incoming webhooks
    </Link>
  );
  if (webhook === undefined) {
    return (
      <Page title="Webhook" above={above}>
        {webhooks.error ? (
          <ErrorState problem={webhooks.error} retry={() => void webhooks.refetch()} />
        ) : webhooks.data ? (
          <Empty icon={WebhookIcon} title="There is no such webhook">
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
      title={webhook.name}
      above={above}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {webhook.enabled ? <Badge tone="ok">Enabled</Badge> : <Badge tone="warn">Disabled</Badge>}
          <span>{kindOf(webhook.type).label}</span>
          <span className="font-mono text-xs">{kindOf(webhook.type).path}</span>
          <CopyId id={webhook.id} short label="Copy webhook id" />
        </span>
      }
      actions={<Deeds webhook={webhook} />}
    >
      <Tabs
        label="Webhook"
        value={search.tab ?? 'requests'}
        onChange={(tab) => void navigate({ search: tab === 'requests' ? {} : { tab } })}
        tabs={[
          { id: 'requests', label: 'Requests', content: <RequestLog webhook={webhook} /> },
          {
            id: 'use',
            label: 'Use it',
            content: (
              <div className="max-w-3xl">
                <UseIt type={webhook.type} secret={undefined} />
              </div>
            ),
          },
          {
            id: 'test',
            label: 'Send test',
            content: (
              <div className="max-w-3xl">
                <SendTest webhook={webhook} />
              </div>
            ),
          },
          {
            id: 'settings',
            label: 'Settings',
            content: <Settings key={webhook.updated_at} webhook={webhook} />,
          },
        ]}
      />
    </Page>
  );
}

function Deeds({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const [asking, setAsking] = useState<'delete' | 'rotate'>();
  const may = useMay('manager');
  if (!may) return null;
  const path = { params: { path: { id: webhook.id } } };
  const toggle = async () => {
    try {
      await data(api.PATCH('/v1/webhooks/{id}', { ...path, body: { enabled: !webhook.enabled } }));
      await client.invalidateQueries({ queryKey: ['webhooks'] });
      say(webhook.enabled ? 'Disabled: its key now gets 401.' : 'Enabled.');
    } catch (problem) {
      sayProblem(problem);
    }
  };
  return (
    <>
      <Button onClick={() => setAsking('rotate')}>
        <KeyRound className="size-3.5" aria-hidden /> Rotate key
      </Button>
      <Menu
        trigger={
          <IconButton label="More" className="size-8 border border-edge/60">
            <Ellipsis className="size-4" aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => void toggle()}>
          <Power className="size-4 text-ink-3" aria-hidden /> {webhook.enabled ? 'Disable' : 'Enable'}
        </MenuItem>
        <MenuLine />
        <MenuItem danger onSelect={() => setAsking('delete')}>
          <Trash2 className="size-4" aria-hidden /> Delete…
        </MenuItem>
      </Menu>
      <Rotate
        webhook={webhook}
        open={asking === 'rotate'}
        onOpenChange={(open) => setAsking(open ? 'rotate' : undefined)}
      />
      <Confirm
        open={asking === 'delete'}
        onOpenChange={(open) => setAsking(open ? 'delete' : undefined)}
        title={`Delete ${webhook.name}?`}
        deed="Delete webhook"
        onConfirm={async () => {
          await data(api.DELETE('/v1/webhooks/{id}', path));
          await navigate({ to: '/webhooks/incoming' });
          await client.invalidateQueries({ queryKey: ['webhooks'] });
          say(`${webhook.name} is deleted.`);
        }}
      >
        Its keys end on every node within 5 seconds, and whoever still sends to it gets 401. Its requests stay
        in the log.
      </Confirm>
    </>
  );
}

function Settings({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const form = useForm<SettingsForm>({ defaultValues: formOf(webhook) });
  const may = useMay('manager');
  const { submit, problem, busy } = useSave(form, async (values) => {
    await data(
      api.PATCH('/v1/webhooks/{id}', {
        params: { path: { id: webhook.id } },
        body: { name: values.name, settings: fromForm(webhook.type, values) },
      }),
    );
    await client.invalidateQueries({ queryKey: ['webhooks'] });
    say('Settings saved; every node has them within 5 seconds.');
  });
  return (
    <form
      noValidate
      className="grid max-w-3xl gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SettingsFields form={form} type={webhook.type} />
      {problem !== undefined && <ProblemNote problem={problem} />}
      {may && (
        <div className="flex gap-2">
          <Button type="submit" kind="primary" busy={busy} disabled={!form.formState.isDirty}>
            Save settings
          </Button>
          {form.formState.isDirty && <Button onClick={() => form.reset()}>Undo</Button>}
        </div>
      )}
    </form>
  );
}

function RequestLog({ webhook }: { webhook: Webhook }) {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const [asked, setAsked] = useState(() => new Date());
  const filter = useMemo<RequestQuery>(() => {
    const from = rangeStart(search.range, asked);
    return {
      webhook_id: webhook.id,
      ...(search.status ? { status: Number(search.status) } : {}),
      ...(search.caller ? { caller: search.caller } : {}),
      ...(search.transaction ? { transaction_id: search.transaction } : {}),
      ...(from ? { from } : {}),
    };
  }, [search.status, search.caller, search.transaction, search.range, webhook.id, asked]);
  const requests = useInfiniteQuery(requestsQuery(filter));
  const rows = useMemo(() => requests.data?.pages.flatMap((page) => page.requests), [requests.data]);
  const set = (name: string) => (value: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
  const active = ['status', 'caller', 'transaction', 'range'].filter((name) => name in search).length;
  return (
    <>
      <FilterBar active={active} onClear={() => void navigate({ search: {} })}>
        <ChoiceFilter
          label="Any status"
          value={search.status}
          onChange={set('status')}
          choices={[200, 400, 401, 403, 404, 409, 413, 415, 429, 500].map((status) => [
            String(status),
            String(status),
          ])}
        />
        <TextFilter label="Caller" value={search.caller} onChange={set('caller')} first className="w-40" />
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
            <Empty icon={WebhookIcon} title="No request fits these filters" />
          ) : (
            <Empty
              icon={WebhookIcon}
              title="Nothing was sent yet"
              action={<Button onClick={() => void navigate({ search: { tab: 'test' } })}>Send a test</Button>}
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
