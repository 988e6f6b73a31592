import { expect, test } from 'vitest';
import { jsonProblem, preview } from './template';

test('tags are filled in as their place takes them', () => {
  expect(preview('https://crm.example/?p=[CALLER_ID]&s=[lead_source]', 'url', { lead_source: 'a b' })).toBe(
    'https://crm.example/?p=%2B13105559876&s=a%20b',
  );
  expect(preview('{"state":"[STATE]","money":[REVENUE],"zone":[TIME_ZONE]}', 'json')).toBe(
    '{"state":"CA","money":150.00,"zone":"America/Los_Angeles"}',
  );
  expect(preview('{"note":"[note]"}', 'json', { note: 'say "hi"' })).toBe('{"note":"say \\"hi\\""}');
});

test('what is no tag stays', () => {
  expect(preview('[1] [true] [a b] [!STATE] [STATE]', 'text')).toBe('[1] [true] [a b] [STATE] CA');
});

test('JSON with tags is judged as it would be sent', () => {
  expect(jsonProblem('{"call_id":"[CALL_ID]","list":[1],"revenue":[REVENUE]}')).toBeUndefined();
  expect(jsonProblem('{"call_id":[CALL_ID]}')).toBeUndefined();
  expect(jsonProblem('{\n  "call_id": "[CALL_ID]",\n}')).toMatch(/^Line 3: /);
  expect(jsonProblem('{"a":"[STATE]')).toBeDefined();
});
