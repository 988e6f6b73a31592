import type { Change } from '@/api/types';
import { clock, money, sentence } from '@/components/format';

/** How a person calls a call's field. */
export const FIELD_NAMES: Record<string, string> = {
  revenue_paid_out: 'Revenue',
  publisher_paid_out: 'Payout',
  converted_at: 'Converted at',
  no_payout_reason: 'No payout because',
  answered_at: 'Answered at',
  ended_at: 'Ended at',
  routing: 'Instruction',
  zip: 'ZIP',
};

const MONEY = new Set([
  'revenue_paid_out',
  'publisher_paid_out',
  'converted',
  'converted_at',
  'no_payout_reason',
]);

/** Does it change what the call is worth, or why? */
export function isMoney(change: Change): boolean {
  return MONEY.has(change.field);
}

/** A value of the timeline, which keeps everything as text. */
export function fieldValue(field: string, value: string): string {
  if (field.endsWith('_paid_out')) return money(Number(value));
  if (field.endsWith('_at')) return clock(new Date(value));
  if (field === 'status') return sentence(value);
  if (field === 'converted') return value === 'true' ? 'yes' : 'no';
  return value;
}
