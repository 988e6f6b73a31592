import { expect, test } from 'vitest';
import type { Schema } from '@/api/types';
import { type MadeUp, madeUpCall, outcomeOf } from './made-up';

const CALL: MadeUp = {
  caller: ' +13105559876 ',
  publisher: '',
  campaign: '',
  at: '',
  tags: 'lead_source = radio\nage=70',
  published: false,
};

test('what is left out is not sent', () => {
  expect(madeUpCall(CALL, 7)).toEqual({
    caller: '+13105559876',
    tags: { lead_source: 'radio', age: '70' },
    chance: 7,
    draft: false,
  });
  expect(madeUpCall({ ...CALL, publisher: 'p', at: '2026-11-25T10:30' }, 7)).toMatchObject({
    publisher_id: 'p',
    at: new Date('2026-11-25T10:30').toISOString(),
  });
});

/** An answer with this instruction, in the decision and as where the call stands. */
function tested(told: Schema['ToldInstruction'], instruction: Schema['Instruction']): Schema['TestedPlan'] {
  const at = '2026-11-25T10:30:00Z';
  return {
    at,
    decision: { decision: 0, at, trigger: 'start', tags: [], nodes: [], plans: [], result: { told } },
    routing: { ...instruction, decision: 0 },
  };
}

test('who would get the call is told with where, and a refusal has none', () => {
  const desk = { id: 't1', name: 'Desk', destination: '+18005550111', ring_seconds: 30 };
  const ring = { action: 'dial', strategy: 'simultaneous' } as const;
  const dial = outcomeOf(tested({ ...ring, targets: [desk] }, { ...ring, targets: [desk] }));
  expect([dial.taker, dial.destination]).toEqual(['Desk', '+18005550111']);
  const both = [desk, { ...desk, id: 't2', name: 'Cell' }];
  const two = outcomeOf(tested({ ...ring, targets: both }, { ...ring, targets: both }));
  expect([two.taker, two.destination]).toEqual(['Desk and Cell together', undefined]);
  const reject = { action: 'reject', code: 'filtered', reason: 'No match' } as const;
  const none = outcomeOf(tested(reject, reject));
  expect([none.taker, none.text]).toEqual([undefined, 'Reject: No match']);
});

test('a caller who is led to a URL is taken, too', () => {
  const url = 'https://a.example/68';
  const led = outcomeOf(
    tested(
      { action: 'redirect', url, target: 't1', name: 'Form' },
      { action: 'redirect', url, target: { id: 't1', name: 'Form' } },
    ),
  );
  expect([led.taker, led.destination]).toEqual(['Form', url]);
});
