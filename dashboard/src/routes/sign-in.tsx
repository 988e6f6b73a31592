import { useQuery } from '@tanstack/react-query';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import { Problem } from '@/api/problem';
import { pick } from '@/app/search';
import { Button, buttonClass } from '@/components/button';
import { TextField, useSave } from '@/components/form';
import { ProblemNote } from '@/components/states';
import { useEnter } from '@/features/access/enter';
import { Gate } from '@/features/access/gate';
import { oidcAddress, oidcProblem } from '@/features/access/oidc';
import { setupQuery, whereTo } from '@/features/access/session';

export const Route = createFileRoute('/sign-in')({
  validateSearch: pick('back', 'problem', 'request'),
  async beforeLoad() {
    if ((await whereTo()) === 'setup') throw redirect({ to: '/setup' });
  },
  component: SignIn,
});

function SignIn() {
  const [token, setToken] = useState(linkToken);
  useEffect(() => {
    document.title = 'Sign in · Hookline';
    // The token is used from memory: it must stay neither in the address nor in the history.
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
    const onHash = () => setToken(linkToken());
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  return token === undefined ? <ByPassword /> : <ByLink token={token} onGiveUp={() => setToken(undefined)} />;
}

function linkToken(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('link') ?? undefined;
}

function ByPassword() {
  const { back, problem: failed, request } = Route.useSearch();
  const oidc = useQuery(setupQuery).data?.oidc;
  const before = oidcProblem(failed, request);
  const enter = useEnter();
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const { submit, problem, busy } = useSave(form, async (values) => {
    await enter(await data(api.POST('/v1/sign-in', { body: values })), back);
  });
  return (
    <Gate title="Sign in">
      {before && problem === undefined && <ProblemNote problem={before} className="mb-4" />}
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField form={form} name="email" label="Email" type="email" autoComplete="username" autoFocus />
        <TextField
          form={form}
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
        />
        {problem !== undefined && <ProblemNote problem={problem} />}
        <Button type="submit" kind="primary" busy={busy}>
          Sign in
        </Button>
        {oidc && (
          // A whole page's way: the provider is another site.
          <a href={oidcAddress(back)} className={buttonClass('secondary')}>
            <span className="truncate">Sign in with {oidc.name}</span>
          </a>
        )}
        <p className="text-xs text-ink-3">
          Lost your password? An owner of your organization can give you a new link under Settings, Users; or
          run <code className="font-mono">hookline user link EMAIL</code> on the server.
        </p>
      </form>
    </Gate>
  );
}

/** A link signs in at once, or says that a password has to be set with it. */
function ByLink({ token, onGiveUp }: { token: string; onGiveUp(): void }) {
  const { back } = Route.useSearch();
  const enter = useEnter();
  const [asksPassword, setAsksPassword] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const form = useForm({ defaultValues: { password: '' } });
  const use = async (password?: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await enter(
        await data(api.POST('/v1/sign-in/link', { body: { token, ...(password ? { password } : {}) } })),
        back,
      );
    } catch (error) {
      if (error instanceof Problem && error.status === 400 && !asksPassword) setAsksPassword(true);
      else setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  if (!asksPassword) {
    return (
      <Gate title="Sign in by link" lead="The link works once.">
        <div className="grid gap-4">
          {problem !== undefined && <ProblemNote problem={problem} />}
          <Button kind="primary" busy={busy} onClick={() => void use()}>
            Continue
          </Button>
          {problem !== undefined && (
            <Button kind="quiet" onClick={onGiveUp}>
              Sign in with a password
            </Button>
          )}
        </div>
      </Gate>
    );
  }
  return (
    <Gate title="Choose a password" lead="With it you sign in from now on.">
      <form noValidate className="grid gap-4" onSubmit={form.handleSubmit(({ password }) => use(password))}>
        <TextField
          form={form}
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 10 characters."
          autoFocus
        />
        {problem !== undefined && <ProblemNote problem={problem} />}
        <Button type="submit" kind="primary" busy={busy}>
          Set password and sign in
        </Button>
      </form>
    </Gate>
  );
}
