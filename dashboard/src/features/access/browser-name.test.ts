import { expect, test } from 'vitest';
import { browserName } from './browser-name';

test('browsers that pose as others are told apart', () => {
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';
  expect(browserName(chrome)).toBe('Chrome on Windows');
  expect(browserName(`${chrome} Edg/140.0`)).toBe('Edge on Windows');
  expect(
    browserName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1'),
  ).toBe('Safari on iOS');
  expect(browserName('curl/8.5.0')).toBe('curl');
  expect(browserName('')).toBe('Unknown');
});
