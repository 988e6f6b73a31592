import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Ellipsis, Link as LinkIcon, Plus, Power, UserMinus, Users as UsersIcon } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Role, Schema, User } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button, IconButton } from '@/components/button';
import { CodeBlock } from '@/components/code';
import { DataTable, Lead } from '@/components/data-table';
import { SelectField, TextField, useSave } from '@/components/form';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Confirm, Dialog } from '@/components/overlay';
import { Page } from '@/components/page';
import { Empty, ProblemNote } from '@/components/states';
import { say, sayProblem } from '@/components/toast';
import { Time } from '@/components/values';
import { ROLE_NAMES, ROLES, useSession } from '@/features/access/session';

export const Route = createFileRoute('/_app/settings/users')({ component: Users });

type GivenLink = Schema['GivenLink'];
const usersQuery = {
  queryKey: ['users'],
  queryFn: async () => (await data(api.GET('/v1/users'))).users,
};
const column = createColumnHelper<User>();

function Users() {
  const users = useQuery(usersQuery);
  const client = useQueryClient();
  const { user: me } = useSession();
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<User>();
  const [link, setLink] = useState<GivenLink & { name: string }>();
  const path = (user: User) => ({ params: { path: { id: user.id } } });
  const patch = async (user: User, body: Schema['UserPatch'], done: string) => {
    try {
      await data(api.PATCH('/v1/users/{id}', { ...path(user), body }));
      await client.invalidateQueries({ queryKey: ['users'] });
      say(done);
    } catch (problem) {
      sayProblem(problem);
    }
  };
  const giveLink = async (user: User) => {
    try {
      setLink({ ...(await data(api.POST('/v1/users/{id}/link', path(user)))), name: user.name });
    } catch (problem) {
      sayProblem(problem);
    }
  };
  const columns = [
    column.accessor('name', {
      header: 'User',
      cell: (cell) => (
        <Lead sub={cell.row.original.email}>
          {cell.getValue()}
          {cell.row.original.id === me?.id && <span className="font-normal text-ink-3"> · you</span>}
        </Lead>
      ),
    }),
    column.accessor('role', {
      header: 'Role',
      cell: (cell) => (
        <select
          aria-label={`Role of ${cell.row.original.name}`}
          value={cell.getValue()}
          onChange={(event) =>
            void patch(cell.row.original, { role: event.target.value as Role }, 'Role changed.')
          }
          className="h-7 rounded-md border border-edge/50 bg-raised px-1.5 text-sm"
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {ROLE_NAMES[role].label}
            </option>
          ))}
        </select>
      ),
    }),
    column.display({
      id: 'state',
      header: 'State',
      meta: { from: 'sm' },
      cell: (cell) =>
        cell.row.original.disabled ? (
          <Badge tone="bad">Disabled</Badge>
        ) : cell.row.original.has_password ? (
          <Badge tone="ok">Active</Badge>
        ) : (
          <Badge tone="warn">No password yet</Badge>
        ),
    }),
    column.accessor('created_at', {
      header: 'Since',
      meta: { from: 'md' },
      cell: (cell) => <Time at={cell.getValue()} />,
    }),
    column.display({
      id: 'deeds',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => {
        const user = cell.row.original;
        return (
          <Menu
            trigger={
              <IconButton label={`More about ${user.name}`}>
                <Ellipsis className="size-4" aria-hidden />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => void giveLink(user)}>
              <LinkIcon className="size-4 text-ink-3" aria-hidden /> New sign-in link
            </MenuItem>
            <MenuItem
              onSelect={() =>
                void patch(
                  user,
                  { disabled: !user.disabled },
                  user.disabled ? 'Enabled.' : 'Disabled: out within 5 seconds.',
                )
              }
            >
              <Power className="size-4 text-ink-3" aria-hidden /> {user.disabled ? 'Enable' : 'Disable'}
            </MenuItem>
            <MenuLine />
            <MenuItem danger onSelect={() => setRemoving(user)}>
              <UserMinus className="size-4" aria-hidden /> Remove…
            </MenuItem>
          </Menu>
        );
      },
    }),
  ];
  return (
    <Page
      title="Users"
      lead="Who may use this organization. No mail is sent: you hand a person their link."
      actions={
        <Button kind="primary" onClick={() => setInviting(true)}>
          <Plus className="size-4" aria-hidden /> Add user
        </Button>
      }
    >
      <DataTable
        label="Users"
        columns={columns}
        rows={users.data}
        rowId={(each) => each.id}
        problem={users.error}
        retry={() => void users.refetch()}
        empty={
          <Empty icon={UsersIcon} title="No user yet">
            This organization is used by API keys only. Add a person, or run{' '}
            <code className="font-mono text-xs">hookline user create</code>.
          </Empty>
        }
      />
      <dl className="mt-5 grid max-w-2xl gap-1.5 text-xs">
        {ROLES.map((role) => (
          <div key={role} className="flex gap-2">
            <dt className="w-20 shrink-0 font-medium">{ROLE_NAMES[role].label}</dt>
            <dd className="text-ink-3">{ROLE_NAMES[role].may}</dd>
          </div>
        ))}
      </dl>
      {inviting && <Invite onClose={() => setInviting(false)} onLink={setLink} />}
      {link && (
        <Dialog open onOpenChange={() => setLink(undefined)} title={`Link for ${link.name}`}>
          <div className="grid gap-3">
            <p className="text-sm text-ink-2">
              Hand it on by a safe way. It works once, and ends any given before.
            </p>
            <CodeBlock label="link" code={link.link} />
            <p className="text-xs text-ink-3">
              Until <Time at={link.link_expires_at} />.
            </p>
          </div>
        </Dialog>
      )}
      <Confirm
        open={removing !== undefined}
        onOpenChange={(open) => !open && setRemoving(undefined)}
        title={`Remove ${removing?.name ?? ''}?`}
        deed="Remove user"
        onConfirm={async () => {
          if (removing === undefined) return;
          await data(api.DELETE('/v1/users/{id}', path(removing)));
          await client.invalidateQueries({ queryKey: ['users'] });
          say(`${removing.name} is out within 5 seconds.`);
        }}
      >
        They leave this organization. What they did stays in the audit log and in calls’ timelines.
      </Confirm>
    </Page>
  );
}

interface InviteProps {
  onClose(): void;
  onLink(link: GivenLink & { name: string }): void;
}

function Invite({ onClose, onLink }: InviteProps) {
  const client = useQueryClient();
  const form = useForm<{ name: string; email: string; role: Role }>({
    defaultValues: { name: '', email: '', role: 'analyst' },
  });
  const role = form.watch('role');
  const { submit, problem, busy } = useSave(form, async (values) => {
    const made = await data(api.POST('/v1/users', { body: values }));
    await client.invalidateQueries({ queryKey: ['users'] });
    onClose();
    if (made.link && made.link_expires_at)
      onLink({ link: made.link, link_expires_at: made.link_expires_at, name: made.user.name });
    else say(`${made.user.name} signs in as ever, and finds this organization in the switch.`);
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a user"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} onClick={() => void submit()}>
            Add user
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField form={form} name="name" label="Name" autoFocus />
        <TextField form={form} name="email" label="Email" type="email" />
        <SelectField form={form} name="role" label="Role" hint={ROLE_NAMES[role].may}>
          {ROLES.map((each) => (
            <option key={each} value={each}>
              {ROLE_NAMES[each].label}
            </option>
          ))}
        </SelectField>
        {problem !== undefined && <ProblemNote problem={problem} />}
        <button type="submit" hidden tabIndex={-1} />
      </form>
    </Dialog>
  );
}
