import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { Me } from '@/api/types';
import { sessionQuery } from './session';

/** Goes in as who the server says one is now, to where one wanted to go. */
export function useEnter() {
  const client = useQueryClient();
  const router = useRouter();
  return async (me: Me, back?: string) => {
    client.clear();
    client.setQueryData(sessionQuery.queryKey, me);
    router.history.push(inside(back) ? back : '/calls');
  };
}

/** Only a path of these pages: a link must not lead elsewhere through the sign-in. */
export function inside(back: string | undefined): back is string {
  return (
    back !== undefined &&
    /^\/(?![/\\])/.test(back) &&
    !back.startsWith('/sign-in') &&
    !back.startsWith('/setup')
  );
}
