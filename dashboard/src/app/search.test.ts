import { expect, test } from 'vitest';
import { parseSearch, pick, stringifySearch } from './search';

test('a filter survives the address as it is, plus sign and digits too', () => {
  const filter = { caller: '+13105559876', status: '200', converted: 'true' };
  expect(parseSearch(stringifySearch(filter))).toEqual(filter);
});

test('what is empty is not in the address', () => {
  expect(stringifySearch({ caller: '', status: undefined })).toBe('');
});

test('a page takes only the parameters that it knows', () => {
  expect(pick('caller', 'status')({ caller: '+1310', other: 'x', status: '' })).toEqual({ caller: '+1310' });
});
