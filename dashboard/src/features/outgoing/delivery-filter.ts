import { rangeStart } from '@/components/range';
import { STATES } from './delivery-state';
import { EVENTS } from './events';
import type { DeliveryQuery } from './queries';

/** The filters of the delivery log, as they stand in the address. */
export interface DeliverySearch {
  webhook?: string;
  state?: string;
  event?: string;
  call?: string;
  range?: string;
  open?: string;
}

export const DELIVERY_FILTERS = ['webhook', 'state', 'event', 'call', 'range'] as const;

/** What the server is asked; a word that it would refuse is no filter at all. */
export function deliveryFilter(search: DeliverySearch, now: Date): DeliveryQuery {
  const state = STATES.find(([each]) => each === search.state)?.[0];
  const event = EVENTS.find((each) => each.value === search.event)?.value;
  const from = rangeStart(search.range, now);
  return {
    ...(search.webhook ? { outgoing_webhook_id: search.webhook } : {}),
    ...(search.call ? { call_log_id: search.call } : {}),
    ...(state ? { state } : {}),
    ...(event ? { event } : {}),
    ...(from ? { from } : {}),
  };
}
