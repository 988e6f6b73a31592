import { expect, test } from 'vitest';
import { fromForm, toForm } from './settings';

test('settings go through the form unchanged', () => {
  const settings = {
    lookback_seconds: 5_400,
    rate_limit: { count: 5, per: 'hour' },
    idempotency: 'strict',
    match: 'merge',
    consume: true,
    campaigns: ['c1'],
    allowed_origins: ['https://a.example', 'https://b.example'],
  };
  expect(fromForm('call_data', toForm('x', settings))).toEqual(settings);
});

test('a lookback is shown in its largest whole unit', () => {
  expect(toForm('x', { lookback_seconds: 1_296_000 })).toMatchObject({
    lookback_count: '15',
    lookback_unit: 'days',
  });
  expect(toForm('x', { lookback_seconds: 90 })).toMatchObject({
    lookback_count: '90',
    lookback_unit: 'seconds',
  });
});

test('each type is sent only its own settings', () => {
  const form = toForm('x', { lookback_seconds: 604_800 });
  expect(fromForm('update_tags', form)).not.toHaveProperty('match');
  expect(fromForm('call_data', form)).not.toHaveProperty('phone_match');
  expect(fromForm('update_tags', form)).toMatchObject({
    phone_match: 'all',
    on_unmatched: '404',
    allowed_origins: null,
  });
});
