import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { ApiKey, Role } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { SelectField, TextField, useSave } from '@/components/form';
import { Confirm, Dialog } from '@/components/overlay';
import { Page } from '@/components/page';
import { Empty, ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { Time } from '@/components/values';
import { ROLE_NAMES, ROLES } from '@/features/access/session';
import { SecretOnce } from '@/features/webhooks/key-shown';

export const Route = createFileRoute('/_app/settings/api-keys')({ component: ApiKeys });

const keysQuery = {
  queryKey: ['api-keys'],
  queryFn: async () => (await data(api.GET('/v1/api-keys'))).api_keys,
};
const column = createColumnHelper<ApiKey>();

function ApiKeys() {
  const keys = useQuery(keysQuery);
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<ApiKey>();
  const columns = [
    column.accessor('name', {
      header: 'Name',
      cell: (cell) => <span className="font-medium">{cell.getValue()}</span>,
    }),
    column.accessor('role', {
      header: 'Role',
      cell: (cell) => (cell.getValue() ? <Badge>{ROLE_NAMES[cell.getValue()].label}</Badge> : null),
    }),
    column.accessor('hint', {
      header: 'Begins with',
      meta: { from: 'sm' },
      cell: (cell) => <code className="font-mono text-xs text-ink-2">{cell.getValue()}</code>,
    }),
    column.accessor('created_at', {
      header: 'Made',
      meta: { from: 'sm' },
      cell: (cell) => <Time at={cell.getValue()} />,
    }),
    column.display({
      id: 'deeds',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => (
        <Button small kind="danger" onClick={() => setEnding(cell.row.original)}>
          End
        </Button>
      ),
    }),
  ];
  const create = (
    <Button kind="primary" onClick={() => setMaking(true)}>
      <Plus className="size-4" aria-hidden /> New API key
    </Button>
  );
  return (
    <Page
      title="API keys"
      lead="For your switch, CRM and scripts. A key may do what its role may, in this organization."
      actions={create}
    >
      <DataTable
        label="API keys"
        columns={columns}
        rows={keys.data}
        rowId={(each) => each.id}
        problem={keys.error}
        retry={() => void keys.refetch()}
        empty={
          <Empty icon={KeyRound} title="No API key yet" action={create}>
            A switch needs one to tell of its calls.
          </Empty>
        }
      />
      {making && <NewKey onClose={() => setMaking(false)} />}
      <Confirm
        open={ending !== undefined}
        onOpenChange={(open) => !open && setEnding(undefined)}
        title={`End the key ${ending?.name ?? ''}?`}
        deed="End key"
        onConfirm={async () => {
          if (ending === undefined) return;
          await data(api.DELETE('/v1/api-keys/{id}', { params: { path: { id: ending.id } } }));
          await client.invalidateQueries({ queryKey: ['api-keys'] });
          say('The key ends on every node within 5 seconds.');
        }}
      >
        Whatever uses it gets 401 within 5 seconds. This can’t be undone.
      </Confirm>
    </Page>
  );
}

function NewKey({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const [made, setMade] = useState<string>();
  const form = useForm<{ name: string; role: Role }>({ defaultValues: { name: '', role: 'manager' } });
  const role = form.watch('role');
  const { submit, problem, busy } = useSave(form, async (values) => {
    const key = await data(api.POST('/v1/api-keys', { body: values }));
    await client.invalidateQueries({ queryKey: ['api-keys'] });
    setMade(key.key ?? '');
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={made === undefined ? 'New API key' : 'The new key'}
      footer={
        made === undefined ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" busy={busy} onClick={() => void submit()}>
              Make key
            </Button>
          </>
        ) : (
          <Button kind="primary" onClick={onClose}>
            I have the key
          </Button>
        )
      }
    >
      {made === undefined ? (
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <TextField
            form={form}
            name="name"
            label="Name"
            hint="What it is for."
            placeholder="Switch"
            autoFocus
          />
          <SelectField form={form} name="role" label="Role" hint={ROLE_NAMES[role].may}>
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {ROLE_NAMES[each].label}
              </option>
            ))}
          </SelectField>
          {problem !== undefined && <ProblemNote problem={problem} />}
        </form>
      ) : (
        <SecretOnce secret={made}>API key</SecretOnce>
      )}
    </Dialog>
  );
}
