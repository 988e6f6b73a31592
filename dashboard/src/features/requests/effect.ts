import type { RequestEffect, Schema } from '@/api/types';

interface ChangedCall {
  id: string;
  when: Schema['EffectWhen'] | undefined;
}

/** The calls that a request changed, each with how far it was; call data lists those that were live. */
export function changedCalls({ call_log_ids, live_call_log_ids, when }: RequestEffect): ChangedCall[] {
  const ids = [...(call_log_ids ?? []), ...(live_call_log_ids ?? [])];
  return ids.map((id, at) => ({ id, when: when?.[at] }));
}
