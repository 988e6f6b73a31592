import { QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem, Unreachable } from '@/api/problem';

const FRESH_MS = 10_000;
const TRIES_MAX = 3;

/** What to do when a query finds that nobody is signed in; the router sets it. */
export const signedOut: { now: () => void } = { now: () => {} };

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError(error) {
      if (error instanceof Problem && error.status === 401) signedOut.now();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) => error instanceof Unreachable && failures < TRIES_MAX,
    },
  },
});
