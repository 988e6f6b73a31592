import { expect, test } from 'vitest';
import { KINDS } from './kinds';
import { snippets } from './snippets';

test('every snippet of every type has the address and the key', () => {
  for (const kind of KINDS) {
    const all = snippets('https://calls.example.com', kind.type, 'hlw_secret');
    expect(all.map((each) => each.id)).toEqual(['curl', 'python', 'javascript', 'php', 'pixel']);
    for (const each of all) {
      expect(each.code).toContain(`https://calls.example.com${kind.path}?moja_auth_key=hlw_secret`);
    }
  }
});

test('values are written as each language writes them', () => {
  const all = snippets('https://h', 'update_fields', 'k');
  expect(all[1]?.code).toContain('"converted": True');
  expect(all[3]?.code).toContain(
    "'fields' => ['converted' => true, 'revenue_paid_out' => 150, 'reason' => 'sold']",
  );
});

test('a pixel keeps the plus sign of a number', () => {
  expect(snippets('https://h', 'call_data', 'k')[4]?.code).toContain('caller_id=%2B13105559876');
});
