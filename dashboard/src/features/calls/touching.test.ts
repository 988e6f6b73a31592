import { expect, test } from 'vitest';
import type { WholeCall } from '@/api/types';
import { touching } from './touching';

test('a request is listed once, with all that it changed', () => {
  const call = {
    tags: [
      {
        name: 'age',
        value: '67',
        source: 'call_data',
        at: '2026-01-01T00:00:00Z',
        request_id: 'r1',
        flagged: false,
      },
      { name: 'state', value: 'NY', source: 'number', at: '2026-01-01T00:00:00Z', flagged: false },
      {
        name: 'hot',
        value: 'yes',
        source: 'update_tags',
        at: '2026-01-01T00:00:09Z',
        request_id: 'r2',
        flagged: false,
      },
    ],
    timeline: [
      {
        event: 'call.updated',
        at: '2026-01-01T00:00:09Z',
        by: 'webhook:w1',
        request_id: 'r2',
        changes: [
          { field: 'tag:hot', to: 'yes' },
          { field: 'revenue_paid_out', to: '5' },
        ],
      },
    ],
  } as Partial<WholeCall> as WholeCall;
  expect(touching(call)).toEqual([
    { id: 'r1', at: '2026-01-01T00:00:00Z', by: undefined, fields: ['age'] },
    { id: 'r2', at: '2026-01-01T00:00:09Z', by: 'webhook:w1', fields: ['hot', 'revenue_paid_out'] },
  ]);
});
