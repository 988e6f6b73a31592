import type { WholeCall } from '@/api/types';

export interface Touch {
  id: string;
  at: string;
  by: string | undefined;
  fields: string[];
}

/** The requests that a call's timeline and tags name, oldest first. */
export function touching(call: WholeCall): Touch[] {
  const found = new Map<string, Touch>();
  for (const entry of call.timeline ?? []) {
    if (!entry.request_id) continue;
    const touch = found.get(entry.request_id) ?? {
      id: entry.request_id,
      at: entry.at,
      by: entry.by,
      fields: [],
    };
    touch.fields.push(...entry.changes.map((change) => change.field.replace(/^tag:/, '')));
    found.set(entry.request_id, touch);
  }
  for (const tag of call.tags) {
    if (!tag.request_id) continue;
    const touch = found.get(tag.request_id) ?? { id: tag.request_id, at: tag.at, by: undefined, fields: [] };
    if (!touch.fields.includes(tag.name)) touch.fields.push(tag.name);
    found.set(tag.request_id, touch);
  }
  return [...found.values()].sort((a, b) => a.at.localeCompare(b.at));
}
