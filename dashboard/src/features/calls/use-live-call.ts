import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { follow } from '@/api/follow';

/** While a call is live its page follows what happens to it. */
export function useLiveCall(id: string, live: boolean) {
  const client = useQueryClient();
  useEffect(() => {
    if (!live) return;
    const end = new AbortController();
    void follow(
      `/v1/calls/${id}/stream`,
      { onEvent: () => void client.invalidateQueries({ queryKey: ['call', id] }), onState: () => {} },
      end.signal,
    );
    return () => end.abort();
  }, [client, id, live]);
}
