import { expect, test } from 'vitest';
import { readEvent } from './event';

test('a line of the stream is read', () => {
  const data = JSON.stringify({
    call_log_id: 'c1',
    event: 'call.updated',
    at: '2026-01-05T12:00:00Z',
    by: 'webhook:w1',
    request_id: 'r1',
    changes: [{ field: 'tag:age', from: null, to: '67' }],
  });
  expect(readEvent('9', 'call.updated', data)).toEqual({
    id: '9',
    call: 'c1',
    event: 'call.updated',
    at: '2026-01-05T12:00:00Z',
    by: 'webhook:w1',
    requestId: 'r1',
    changes: [{ field: 'tag:age', from: null, to: '67' }],
  });
});

test('what is not about a call is left out', () => {
  expect(readEvent('1', 'other', '{"a":1}')).toBeUndefined();
});
