import { EventParser, type ServerEvent } from './event-stream';
import { currentOrganization } from './organization';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export type StreamState = 'connecting' | 'open' | 'waiting';

interface Follower {
  onEvent(event: ServerEvent): void;
  onState(state: StreamState): void;
}

/**
 * Follows a stream until the signal ends it. A broken connection is taken up again after the last event
 * seen, so nothing is missed; `EventSource` can't send the headers that this needs.
 */
export async function follow(path: string, follower: Follower, signal: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    follower.onState('connecting');
    try {
      for await (const event of once(path, lastId, signal, () => follower.onState('open'))) {
        wait = FIRST_WAIT_MS;
        lastId = event.id ?? lastId;
        follower.onEvent(event);
      }
    } catch {
      if (signal.aborted) return;
    }
    follower.onState('waiting');
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function* once(path: string, lastId: string | undefined, signal: AbortSignal, opened: () => void) {
  const headers = new Headers({ Accept: 'text/event-stream' });
  if (lastId !== undefined) headers.set('Last-Event-ID', lastId);
  const organization = currentOrganization();
  if (organization !== undefined) headers.set('Hookline-Organization', organization);
  const response = await fetch(path, { headers, signal });
  if (!response.ok || response.body === null) throw new Error(`stream answered ${response.status}`);
  opened();
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield* parser.push(value);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
