import { expect, test } from 'vitest';
import { fromLines, toLines } from './defaults';

test('defaults go through their lines unchanged', () => {
  const defaults = { vertical: 'medicare', formula: 'a = b', empty: '' };
  expect(fromLines(toLines(defaults))).toEqual(defaults);
});

test('blank lines and spaces do not count', () => {
  expect(fromLines('\n  a =  1 \n\nb\n')).toEqual({ a: '1', b: '' });
});
