import type { Change } from '@/api/types';

/** One line of the stream, which the API description does not cover. */
export interface LiveEvent {
  id: string;
  call: string;
  event: string;
  at: string;
  by: string;
  requestId: string | undefined;
  changes: Change[];
}

export function readEvent(id: string | undefined, event: string, data: string): LiveEvent | undefined {
  const from: unknown = JSON.parse(data);
  if (typeof from !== 'object' || from === null || !('call_log_id' in from)) return undefined;
  const fields = from as Record<string, unknown>;
  return {
    id: id ?? `${String(fields.call_log_id)} ${String(fields.at)} ${event}`,
    call: String(fields.call_log_id),
    event,
    at: String(fields.at),
    by: String(fields.by),
    requestId: typeof fields.request_id === 'string' ? fields.request_id : undefined,
    changes: Array.isArray(fields.changes) ? fields.changes : [],
  };
}
