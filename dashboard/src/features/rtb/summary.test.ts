import { expect, test } from 'vitest';
import { readSummary } from './summary';

const outcome = (state: string, bids: number, reason: string | null = null, payout = 0) => ({
  state,
  bids,
  reason,
  payout,
});

test('a bid is won if the call came, and is not lost before its time is over', () => {
  const won = readSummary({
    from: '',
    to: '',
    outcomes: [
      outcome('used', 30, null, 900),
      outcome('expired', 10, null, 300),
      outcome('reserved', 5, null, 100),
      outcome('rejected', 9, 'no_number'),
      outcome('rejected', 46, 'filtered'),
    ],
  });
  expect(won).toMatchObject({ asked: 100, offered: 45, winRate: 75, offerRate: 45, payout: 900 });
  expect(won.reasons[0]).toMatchObject({ code: 'filtered', bids: 46 });
});

test('where nobody asked there is no rate', () => {
  const { winRate, offerRate, asked } = readSummary({ from: '', to: '', outcomes: [] });
  expect([winRate, offerRate, asked]).toEqual([undefined, undefined, 0]);
});
