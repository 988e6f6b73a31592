import { createRouter } from '@tanstack/react-router';
import { queryClient, signedOut } from './query-client';
import { routeTree } from './route-tree.gen';
import { parseSearch, stringifySearch } from './search';
import { NotFound, PageError } from './unhappy';

export const router = createRouter({
  routeTree,
  context: { queryClient },
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: PageError,
});

signedOut.now = () => {
  if (router.state.location.pathname.startsWith('/sign-in')) return;
  const back = router.state.location.href;
  void router.navigate({ to: '/sign-in', search: { back } });
};

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
