import { describe, expect, test } from 'vitest';
import { fieldOf, Problem } from './problem';

describe('a problem', () => {
  test('knows its field from the message, if the body does not name it', () => {
    expect(new Problem(400, { message: '`name` must have 1 to 128 characters' }).field).toBe('name');
    expect(new Problem(400, { message: '`name` is wrong', field: 'routes[0].target' }).field).toBe(
      'routes[0].target',
    );
  });

  test('has no field when the message is not about one', () => {
    expect(fieldOf('Call log not found: `x` is none.')).toBeUndefined();
    expect(fieldOf(undefined)).toBeUndefined();
  });

  test('says something even if the body is none of ours', () => {
    expect(new Problem(502, {}).message).toBe('The server answered 502.');
  });
});
