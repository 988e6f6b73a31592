import { expect, test } from 'vitest';
import { readEvent } from './event';

const EVENT = {
  call_log_id: 'c1',
  event: 'call.updated',
  at: '2026-01-05T12:00:00Z',
  by: 'webhook:w1',
  request_id: 'r1',
  changes: [{ field: 'tag:age', from: null, to: '67' }],
};

test('a line of the stream has the stream’s id, or one of its own', () => {
  expect(readEvent('9', JSON.stringify(EVENT))).toEqual({ ...EVENT, id: '9' });
  expect(readEvent(undefined, JSON.stringify(EVENT)).id).toBe('c1 2026-01-05T12:00:00Z call.updated');
});
