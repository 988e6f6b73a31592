import { expect, test } from 'vitest';
import { type MadeUp, madeUpCall, readOutcome } from './made-up';

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

test('the first target is who would get the call, and a refusal has none', () => {
  const dial = readOutcome({
    decision: { decision: 1, plans: [], result: { told: { action: 'dial', targets: [{ name: 'Desk' }] } } },
    routing: { action: 'dial', targets: [{ name: 'Desk', destination: '+18005550111' }] },
  });
  expect([dial.taker, dial.destination]).toEqual(['Desk', '+18005550111']);
  const none = readOutcome({
    decision: { decision: 1, result: { told: { action: 'reject', code: 'filtered', reason: 'No match' } } },
    routing: { action: 'reject', code: 'filtered' },
  });
  expect([none.taker, none.text]).toEqual([undefined, 'Reject: No match']);
});
