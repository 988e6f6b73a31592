import { expect, test } from 'vitest';
import { place } from './form';

test('the server’s name of a field leads to the form’s', () => {
  const values = { name: '', lookback_seconds: '', routes: [{ target: '' }], hours: {} };
  expect(place(values, 'name')).toBe('name');
  expect(place(values, 'settings.lookback_seconds')).toBe('lookback_seconds');
  expect(place(values, 'routes[0].target')).toBe('routes.0.target');
  expect(place(values, 'hours.week.monday')).toBe('hours');
  expect(place(values, 'other')).toBeUndefined();
});
