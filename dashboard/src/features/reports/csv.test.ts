import { expect, test } from 'vitest';
import type { CallReport } from '@/api/types';
import { reportCsv } from './csv';

const FIGURES = {
  calls: 3,
  connected: 2,
  converted: 1,
  connected_seconds: 241,
  revenue_paid_out: 45.5,
  publisher_paid_out: 60,
  margin: -14.5,
};
const report = (by: string, rows: CallReport['rows']): CallReport => ({
  by,
  rows,
  from: '',
  to: '',
  time_zone: 'UTC',
  as_of: '',
  total: FIGURES,
});

test('names and ids are columns of their own, and numbers stay numbers', () => {
  expect(reportCsv(report('campaign', [{ ...FIGURES, item: 'id-1', name: 'Solar, "west"' }]))).toBe(
    'campaign,id,calls,connected,converted,connected_seconds,average_seconds,revenue_usd,payout_usd,margin_usd\r\n' +
      '"Solar, ""west""",id-1,3,2,1,241,121,45.5,60,-14.5\r\n',
  );
});

test('what callers sent is no formula', () => {
  const csv = reportCsv(
    report('tag.a', [
      { ...FIGURES, item: '=HYPERLINK(1)' },
      { ...FIGURES, item: null },
    ]),
  );
  expect(csv.split('\r\n').slice(1, 3)).toEqual([
    "'=HYPERLINK(1),3,2,1,241,121,45.5,60,-14.5",
    ',3,2,1,241,121,45.5,60,-14.5',
  ]);
});
