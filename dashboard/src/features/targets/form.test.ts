import { expect, test } from 'vitest';
import type { Target } from '@/api/types';
import { fromTargetForm, toTargetForm } from './form';

const TARGET: Target = {
  id: 't1',
  created_at: '',
  updated_at: '',
  name: 'Buyer',
  destination: '+13105550100',
  enabled: true,
  ring_seconds: 20,
  concurrency: 5,
  time_zone: 'America/New_York',
  caps: { day: 50 },
  hours: {
    time_zone: 'America/New_York',
    week: { monday: [{ from: '09:00', to: '17:30' }] },
    exceptions: [
      { date: '2026-12-25', closed: true, name: 'Christmas' },
      { date: '2026-12-24', intervals: [{ from: '09:00', to: '12:00' }] },
    ],
  },
  conversion: { connected_seconds: 90, revenue: 25, payout: 18.5 },
  availability: { url: 'https://a.example/ok', timeout_ms: 500 },
};

test('a target goes through its form unchanged', () => {
  const { id, created_at, updated_at, ...fields } = TARGET;
  expect(fromTargetForm(toTargetForm(TARGET), TARGET)).toEqual(fields);
});

test('what is left empty is no limit', () => {
  const form = { ...toTargetForm(undefined), name: 'A', destination: 'sip:a@b' };
  expect(fromTargetForm(form, undefined)).toMatchObject({
    caps: null,
    concurrency: null,
    hours: null,
    conversion: null,
  });
});
