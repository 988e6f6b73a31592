import { createFileRoute, Outlet, redirect, useRouterState } from '@tanstack/react-router';
import { Problem } from '@/api/problem';
import { leastOf } from '@/app/nav';
import { Shell } from '@/app/shell';
import { NotForRole } from '@/app/unhappy';
import { sessionQuery, useMayAs, whereTo } from '@/features/access/session';

export const Route = createFileRoute('/_app')({
  async beforeLoad({ context, location }) {
    const toSignIn = () => redirect({ to: '/sign-in', search: { back: location.href } });
    const to = await whereTo();
    if (to === 'setup') throw redirect({ to: '/setup' });
    if (to === 'sign-in') throw toSignIn();
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      // The sign-in has ended since.
      throw toSignIn();
    }
  },
  component: () => (
    <Shell>
      <ForRole />
    </Shell>
  ),
});

function ForRole() {
  const least = useRouterState({ select: (state) => leastOf(state.location.pathname) });
  const may = useMayAs();
  return least === undefined || may(least) ? <Outlet /> : <NotForRole least={least} />;
}
