import { createFileRoute, redirect } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import { Button } from '@/components/button';
import { SelectField, TextField, useSave } from '@/components/form';
import { ProblemNote } from '@/components/states';
import { COUNTRIES, localCountry } from '@/features/access/countries';
import { useEnter } from '@/features/access/enter';
import { Gate } from '@/features/access/gate';
import { whereTo } from '@/features/access/session';

export const Route = createFileRoute('/setup')({
  async beforeLoad() {
    if ((await whereTo()) !== 'setup') throw redirect({ to: '/calls' });
  },
  component: Setup,
});

interface Values {
  organization: { name: string; country: string };
  owner: { name: string; email: string; password: string };
}

function Setup() {
  const enter = useEnter();
  const [demo, setDemo] = useState(false);
  const [demoProblem, setDemoProblem] = useState<unknown>();
  useEffect(() => {
    document.title = 'Set up · Hookline';
  }, []);
  const form = useForm<Values>({
    defaultValues: {
      organization: { name: '', country: localCountry() },
      owner: { name: '', email: '', password: '' },
    },
  });
  const { submit, problem, busy } = useSave(form, async (values) => {
    await enter(await data(api.POST('/v1/setup', { body: values })));
  });
  const openDemo = async () => {
    setDemo(true);
    setDemoProblem(undefined);
    try {
      await enter(await data(api.POST('/v1/setup/demo')));
    } catch (error) {
      setDemoProblem(error);
      setDemo(false);
    }
  };
  return (
    <Gate title="Set up Hookline" lead="Your organization, and the account that owns it.">
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          form={form}
          name="organization.name"
          label="Organization"
          autoComplete="organization"
          autoFocus
        />
        <SelectField
          form={form}
          name="organization.country"
          label="Country"
          hint="Where numbers without a country code are from."
        >
          {COUNTRIES.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField form={form} name="owner.name" label="Your name" autoComplete="name" />
        <TextField form={form} name="owner.email" label="Email" type="email" autoComplete="username" />
        <TextField
          form={form}
          name="owner.password"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 10 characters."
        />
        {problem !== undefined && <ProblemNote problem={problem} />}
        <Button type="submit" kind="primary" busy={busy} disabled={demo}>
          Create organization
        </Button>
      </form>
      <div className="mt-5 grid gap-2 border-t pt-5">
        <Button busy={demo} onClick={() => void openDemo()}>
          <Sparkles className="size-3.5" aria-hidden />{' '}
          {demo ? 'Making the demo…' : 'Look around with demo data'}
        </Button>
        <p className="text-xs text-ink-3">
          Webhooks, calls and a routing plan to play with. A real organization can be added later.
        </p>
        {demoProblem !== undefined && <ProblemNote problem={demoProblem} />}
      </div>
    </Gate>
  );
}
