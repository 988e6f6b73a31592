import { expect, test } from 'vitest';
import { inside } from './enter';

test('one comes back only to a page of the dashboard', () => {
  expect(inside('/calls?status=failed')).toBe(true);
  for (const back of [
    undefined,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/sign-in',
  ]) {
    expect(inside(back)).toBe(false);
  }
});
