import type { CallStreamEvent } from '@/api/types';

/** One line of the stream. */
export interface LiveEvent extends CallStreamEvent {
  id: string;
}

export function readEvent(id: string | undefined, data: string): LiveEvent {
  const event = JSON.parse(data) as CallStreamEvent;
  return { ...event, id: id ?? `${event.call_log_id} ${event.at} ${event.event}` };
}
