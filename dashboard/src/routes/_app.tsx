import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { Problem } from '@/api/problem';
import { Shell } from '@/app/shell';
import { sessionQuery, setupNeeded } from '@/features/access/session';

export const Route = createFileRoute('/_app')({
  async beforeLoad({ context, location }) {
    if (await setupNeeded()) throw redirect({ to: '/setup' });
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      throw redirect({ to: '/sign-in', search: { back: location.href } });
    }
  },
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
