import { expect, test } from 'vitest';
import { FRESH, fromForm, type OutgoingWebhook, toForm } from './form';

const WEBHOOK: OutgoingWebhook = {
  id: 'w1',
  name: 'CRM',
  enabled: true,
  events: ['call.completed'],
  campaigns: ['c1'],
  method: 'PUT',
  url: 'https://crm.example/lead?cid=[CALL_ID]',
  headers: [
    { name: 'X-Lead', value: '[lead_source]', secret: false },
    { name: 'Authorization', value: null, secret: true },
  ],
  body: { type: 'raw', content_type: 'text/xml', template: '<lead/>' },
  attempts_max: 3,
  timeout_seconds: 5,
  created_at: '2026-01-05T12:00:00Z',
  updated_at: '2026-01-05T12:00:00Z',
};

test('what was not touched is sent as it was, and a secret value not at all', () => {
  const { name, events, campaigns, method, url, headers, body, attempts_max, timeout_seconds } = WEBHOOK;
  expect(fromForm(toForm(WEBHOOK))).toEqual({
    name,
    events,
    campaigns,
    method,
    url,
    headers,
    body,
    attempts_max,
    timeout_seconds,
  });
});

test('a secret value that was typed replaces the one before', () => {
  const form = toForm(WEBHOOK);
  const [first, second] = form.headers;
  if (first === undefined || second === undefined) throw new Error('two headers');
  const sent = fromForm({ ...form, headers: [first, { ...second, value: 'Bearer x' }] });
  expect(sent.headers?.[1]).toEqual({ name: 'Authorization', value: 'Bearer x', secret: true });
});

test('only the chosen type of body is sent', () => {
  expect(fromForm({ ...FRESH, body: { ...FRESH.body, type: 'none' } }).body).toEqual({ type: 'none' });
  expect(fromForm({ ...FRESH, body: { ...FRESH.body, type: 'form' } }).body).toEqual({
    type: 'form',
    fields: FRESH.body.fields,
  });
  expect(fromForm({ ...FRESH, method: 'GET' }).body).toEqual({ type: 'none' });
  expect(fromForm({ ...FRESH, limited: false, campaigns: ['c1'] }).campaigns).toEqual([]);
});
