import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { MonitorSmartphone } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { SignIn } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { DataTable, Lead } from '@/components/data-table';
import { TextField, useSave } from '@/components/form';
import { Page, Section } from '@/components/page';
import { Empty, ProblemNote } from '@/components/states';
import { say, sayProblem } from '@/components/toast';
import { Time } from '@/components/values';
import { browserName } from '@/features/access/browser-name';
import { sessionQuery, useSession } from '@/features/access/session';

export const Route = createFileRoute('/_app/settings/sign-ins')({ component: SignIns });

const column = createColumnHelper<SignIn>();

function SignIns() {
  const { user } = useSession();
  const client = useQueryClient();
  const signIns = useQuery({
    queryKey: ['sign-ins'],
    queryFn: async () => (await data(api.GET('/v1/sign-ins'))).sign_ins,
    enabled: user !== undefined && user !== null,
  });
  const end = async (id: string) => {
    try {
      await data(api.DELETE('/v1/sign-ins/{id}', { params: { path: { id } } }));
      await client.invalidateQueries({ queryKey: ['sign-ins'] });
      say('That sign-in is over.');
    } catch (problem) {
      sayProblem(problem);
    }
  };
  const columns = [
    column.accessor('user_agent', {
      header: 'Browser',
      cell: (cell) => (
        <Lead sub={<span className="tnum">{cell.row.original.address}</span>}>
          <span title={cell.getValue()}>{browserName(cell.getValue())}</span>
        </Lead>
      ),
    }),
    column.accessor('created_at', {
      header: 'Signed in',
      meta: { from: 'sm' },
      cell: (cell) => <Time at={cell.getValue()} />,
    }),
    column.accessor('last_used_at', {
      header: 'Last used',
      meta: { from: 'sm' },
      cell: (cell) => <Time at={cell.getValue()} relative />,
    }),
    column.display({
      id: 'deeds',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) =>
        cell.row.original.current ? (
          <Badge tone="accent">This one</Badge>
        ) : (
          <Button small kind="danger" onClick={() => void end(cell.row.original.id)}>
            End
          </Button>
        ),
    }),
  ];
  if (!user) {
    return (
      <Page title="Sign-ins">
        <div className="rounded-lg border">
          <Empty icon={MonitorSmartphone} title="Nobody is signed in">
            An API key speaks for this page; keys are ended under API keys.
          </Empty>
        </div>
      </Page>
    );
  }
  return (
    <Page
      title="Your sign-ins"
      lead="Browsers in which you are signed in. One that is not used for 30 days ends by itself."
    >
      <DataTable
        label="Sign-ins"
        columns={columns}
        rows={signIns.data}
        rowId={(each) => each.id}
        problem={signIns.error}
        retry={() => void signIns.refetch()}
        empty={<Empty icon={MonitorSmartphone} title="No sign-in" />}
      />
      <div className="mt-6 grid max-w-4xl gap-4 md:grid-cols-2">
        <NameForm name={user.name} />
        <PasswordForm />
      </div>
    </Page>
  );
}

function NameForm({ name }: { name: string }) {
  const client = useQueryClient();
  const form = useForm({ values: { name } });
  const { submit, problem, busy } = useSave(form, async (values) => {
    client.setQueryData(sessionQuery.queryKey, await data(api.PATCH('/v1/me', { body: values })));
    say('Name changed.');
  });
  return (
    <Section title="Your name" className="self-start">
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
          autoComplete="name"
          hint="In timelines and in the audit log."
        />
        {problem !== undefined && <ProblemNote problem={problem} />}
        <div>
          <Button type="submit" busy={busy} disabled={!form.formState.isDirty}>
            Change name
          </Button>
        </div>
      </form>
    </Section>
  );
}

function PasswordForm() {
  const client = useQueryClient();
  const form = useForm({ defaultValues: { current: '', new: '' } });
  const { submit, problem, busy } = useSave(form, async (values) => {
    await data(
      api.PATCH('/v1/me', {
        body: { password: { new: values.new, ...(values.current ? { current: values.current } : {}) } },
      }),
    );
    form.reset();
    await client.invalidateQueries({ queryKey: ['sign-ins'] });
    say('Password changed; your other sign-ins are over.');
  });
  return (
    <Section title="Password" className="self-start">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          form={form}
          name="current"
          label="Password now"
          type="password"
          autoComplete="current-password"
          hint="Empty if you have none yet."
        />
        <TextField
          form={form}
          name="new"
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 10 characters. Ends your other sign-ins."
        />
        {problem !== undefined && <ProblemNote problem={problem} />}
        <div>
          <Button type="submit" busy={busy} disabled={!form.formState.isDirty}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  );
}
