import type { Schema } from '@/api/types';
import type { OutgoingEvent } from './events';

type Fields = Schema['NewOutgoingWebhook'];
type Body = Schema['OutgoingBody'];
export type OutgoingWebhook = Schema['OutgoingWebhook'];
export type Method = Schema['HttpMethod'];

export const METHODS: Method[] = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'];

export interface HeaderRow {
  name: string;
  value: string;
  secret: boolean;
  /** The server has a secret value, which it never shows; an empty field leaves it. */
  kept: boolean;
}

/** An outgoing webhook as a form has it; what another type of body had is kept while one chooses. */
export interface OutgoingForm {
  name: string;
  events: OutgoingEvent[];
  limited: boolean;
  campaigns: string[];
  method: Method;
  url: string;
  headers: HeaderRow[];
  body: {
    type: Body['type'];
    template: string;
    content_type: string;
    fields: { name: string; value: string }[];
  };
  attempts_max: string;
  timeout_seconds: string;
}

const TEMPLATE = `{
  "event": "[EVENT]",
  "call_id": "[CALL_ID]",
  "caller": "[CALLER_ID]",
  "campaign": "[CAMPAIGN_NAME]",
  "duration": [CALL_DURATION],
  "revenue": [REVENUE]
}`;

export const FRESH: OutgoingForm = {
  name: '',
  events: ['call.completed'],
  limited: false,
  campaigns: [],
  method: 'POST',
  url: '',
  headers: [],
  body: {
    type: 'json',
    template: TEMPLATE,
    content_type: 'text/xml',
    fields: [{ name: 'call_id', value: '[CALL_ID]' }],
  },
  attempts_max: '8',
  timeout_seconds: '10',
};

export function toForm(webhook: OutgoingWebhook): OutgoingForm {
  return {
    name: webhook.name,
    events: webhook.events,
    limited: webhook.campaigns.length > 0,
    campaigns: webhook.campaigns,
    method: webhook.method,
    url: webhook.url,
    headers: webhook.headers.map(({ name, value, secret }) => ({
      name,
      value: value ?? '',
      secret: secret === true,
      kept: secret === true,
    })),
    body: { ...FRESH.body, ...webhook.body },
    attempts_max: String(webhook.attempts_max),
    timeout_seconds: String(webhook.timeout_seconds),
  };
}

export function fromForm(form: OutgoingForm) {
  return {
    name: form.name,
    events: form.events,
    campaigns: form.limited ? form.campaigns : [],
    method: form.method,
    url: form.url,
    headers: form.headers.map(({ name, value, secret, kept }) => ({
      name,
      value: secret && kept && value === '' ? null : value,
      secret,
    })),
    body: form.method === 'GET' ? { type: 'none' } : fromBody(form.body),
    attempts_max: Number(form.attempts_max),
    timeout_seconds: Number(form.timeout_seconds),
  } satisfies Fields;
}

function fromBody({ type, template, content_type, fields }: OutgoingForm['body']): Body {
  switch (type) {
    case 'json':
      return { type, template };
    case 'form':
      return { type, fields };
    case 'raw':
      return { type, content_type, template };
    default:
      return { type: 'none' };
  }
}
