import type { Schema } from '@/api/types';
import { Badge, HttpStatus, type Tone } from '@/components/badge';
import { sentence } from '@/components/format';
import { Nothing } from '@/components/values';

export type Delivery = Schema['Delivery'];
export type DeliveryState = Schema['DeliveryState'];

const TONES: Record<DeliveryState, Tone> = {
  waiting: 'info',
  pending: 'warn',
  delivered: 'ok',
  failed: 'bad',
  dropped: 'plain',
};

/** What each state means, for the filter. */
export const STATES: [state: DeliveryState, label: string][] = [
  ['waiting', 'Waiting for its time'],
  ['pending', 'To be sent'],
  ['delivered', 'Delivered'],
  ['failed', 'Failed'],
  ['dropped', 'Dropped'],
];

export function StateBadge({ state }: { state: DeliveryState }) {
  return <Badge tone={TONES[state]}>{sentence(state)}</Badge>;
}

/** The last answer: its status, or why there was none. */
export function LastAnswer({ delivery }: { delivery: Delivery }) {
  if (delivery.last_status) return <HttpStatus status={delivery.last_status} />;
  if (!delivery.last_error) return <Nothing />;
  return (
    <span className="text-ink-2" title={delivery.last_error}>
      {delivery.last_error}
    </span>
  );
}
