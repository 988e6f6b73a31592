import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { follow, type StreamState } from '@/api/follow';
import { type LiveEvent, readEvent } from './event';

const KEPT = 200;
/** Events come in bursts; the page draws once for each. */
const DRAW_MS = 150;
const RELOAD_MS = 600;
/** What changes which calls are live, or what their row shows. */
const RELOADS = new Set(['call.started', 'call.routed', 'call.answered', 'call.ringing', 'call.ended']);

/** Follows what happens to every call, newest first. */
export function useStream(): {
  state: StreamState;
  events: LiveEvent[];
  pause(paused: boolean): void;
  paused: boolean;
} {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  const [events, setEvents] = useState<LiveEvent[]>([]);
  const [paused, setPaused] = useState(false);
  const waiting = useRef<LiveEvent[]>([]);

  useEffect(() => {
    const end = new AbortController();
    let reload: ReturnType<typeof setTimeout> | undefined;
    const reloadSoon = () => {
      reload ??= setTimeout(() => {
        reload = undefined;
        void client.invalidateQueries({ queryKey: ['live'] });
      }, RELOAD_MS);
    };
    void follow(
      '/v1/stream',
      {
        onState: (next) => {
          setState(next);
          if (next === 'open') reloadSoon();
        },
        onEvent: ({ id, event, data }) => {
          waiting.current.push(readEvent(id, data));
          if (RELOADS.has(event)) reloadSoon();
        },
      },
      end.signal,
    );
    return () => {
      end.abort();
      clearTimeout(reload);
    };
  }, [client]);

  useEffect(() => {
    if (paused) return;
    const timer = setInterval(() => {
      if (waiting.current.length === 0) return;
      const fresh = waiting.current.splice(0).reverse();
      setEvents((before) => [...fresh, ...before].slice(0, KEPT));
    }, DRAW_MS);
    return () => clearInterval(timer);
  }, [paused]);

  return { state, events, paused, pause: setPaused };
}
