import { expect, test } from 'vitest';
import { deliveryFilter } from './delivery-filter';

const NOW = new Date('2026-01-05T12:34:56Z');

test('the address says what is asked, and what it does not know is no filter', () => {
  expect(
    deliveryFilter({ webhook: 'w', call: 'c', state: 'failed', event: 'call.completed', range: '1h' }, NOW),
  ).toEqual({
    outgoing_webhook_id: 'w',
    call_log_id: 'c',
    state: 'failed',
    event: 'call.completed',
    from: '2026-01-05T11:34:00.000Z',
  });
  expect(deliveryFilter({ state: 'lost', event: 'call.gone', open: 'd' }, NOW)).toEqual({});
});
