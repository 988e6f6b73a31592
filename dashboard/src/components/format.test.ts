import { describe, expect, test } from 'vitest';
import { ago, duration, money, phone, sentence, span } from './format';

describe('formats', () => {
  test('durations', () => {
    expect([0, 59, 60, 75, 3600, 3_725].map(duration)).toEqual(['0s', '59s', '1m', '1m 15s', '1h', '1h 2m']);
  });
  test('spans of settings', () => {
    expect([60, 90, 3_600, 86_400, 1_296_000].map(span)).toEqual([
      '1 minute',
      '90 seconds',
      '1 hour',
      '1 day',
      '15 days',
    ]);
  });
  test('money keeps every decimal that there is', () => {
    expect([0, 12.5, 1234.123456].map(money)).toEqual(['$0.00', '$12.50', '$1,234.123456']);
  });
  test('phone numbers', () => {
    expect(['+13105559876', '+442071234567', 'anonymous'].map(phone)).toEqual([
      '+1 310 555 9876',
      '+442071234567',
      'anonymous',
    ]);
  });
  test('how long ago', () => {
    const now = new Date('2026-01-05T12:00:00Z');
    const at = (seconds: number) => ago(new Date(now.getTime() - seconds * 1000), now);
    expect([0, 5, 61, 7_200, 90_000, -30].map(at)).toEqual(['now', '5s', '1m', '2h', '1d', 'in 30s']);
  });
  test('codes as sentences', () => {
    expect(sentence('in_progress')).toBe('In progress');
  });
});
