import type { Schema } from '@/api/types';

export type OutgoingEvent = Schema['CallEventName'];

/** What can be told, in the order of a call's life. */
export const EVENTS: { value: OutgoingEvent; label: string; hint: string }[] = [
  { value: 'call.incoming', label: 'call.incoming', hint: 'A call has begun.' },
  { value: 'call.connected', label: 'call.connected', hint: 'A target has answered.' },
  {
    value: 'call.on_5_secs_mark',
    label: 'call.on_5_secs_mark',
    hint: 'It has been connected for 5 seconds.',
  },
  {
    value: 'call.on_15_secs_mark',
    label: 'call.on_15_secs_mark',
    hint: 'It has been connected for 15 seconds.',
  },
  {
    value: 'call.on_30_secs_mark',
    label: 'call.on_30_secs_mark',
    hint: 'It has been connected for 30 seconds.',
  },
  {
    value: 'call.on_45_secs_mark',
    label: 'call.on_45_secs_mark',
    hint: 'It has been connected for 45 seconds.',
  },
  {
    value: 'call.on_60_secs_mark',
    label: 'call.on_60_secs_mark',
    hint: 'It has been connected for 60 seconds.',
  },
  { value: 'call.hangup', label: 'call.hangup', hint: 'It is over, connected or not.' },
  { value: 'call.failure', label: 'call.failure', hint: 'It is over and nobody had answered.' },
  {
    value: 'call.completed',
    label: 'call.completed',
    hint: 'It is over after it was connected.',
  },
  { value: 'call.converted', label: 'call.converted', hint: 'It converted, during the call or weeks later.' },
];

/** "call.completed, call.converted", or how many if they are more. */
export function eventsText(events: readonly string[]): string {
  if (events.length === EVENTS.length) return 'all events';
  if (events.length <= 2) return events.join(', ');
  return `${events[0]} and ${events.length - 1} more`;
}
