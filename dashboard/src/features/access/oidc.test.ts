import { expect, test } from 'vitest';
import { oidcAddress, oidcProblem } from './oidc';

test('the way through the provider leads back into these pages only', () => {
  expect(oidcAddress('/calls?tag=a+%3D+b')).toBe('/v1/sign-in/oidc?to=%2Fcalls%3Ftag%3Da%2B%253D%2Bb');
  for (const back of [undefined, '//evil.example', 'https://evil.example', '/\\evil.example'])
    expect(oidcAddress(back)).toBe('/v1/sign-in/oidc');
});

test('what an address says is never shown', () => {
  const id = '01977420-dc00-7000-8000-000000000000';
  const known = oidcProblem('unknown_user', id);
  expect([known?.message, known?.requestId]).toEqual([expect.stringContaining('owner'), id]);
  for (const text of ['Call +1 900 555 0100 now', '__proto__', 'constructor']) {
    const unknown = oidcProblem(text, text);
    expect(unknown?.message).toMatch(/^Signing in failed/);
    expect(unknown?.requestId).toBeUndefined();
  }
  expect(oidcProblem(undefined, id)).toBeUndefined();
});
