/** A text with `[TAG]`s, shown as it would be sent: for the eye only, the server renders what leaves. */
export type Place = 'url' | 'json' | 'text';

/** What a call could have, by a tag's name in normal form. */
const SAMPLES: Record<string, string> = {
  event: 'call.completed',
  event_at: '2026-01-05T12:01:43Z',
  call_id: '01932c7e-5a10-7c3e-9d51-3a6b1f0c2d4e',
  caller_id: '+13105559876',
  dialed_number: '+18885550100',
  campaign_id: '01932c7e-1111-7000-8000-000000000001',
  campaign_name: 'Medicare',
  publisher_id: '01932c7e-2222-7000-8000-000000000002',
  publisher_name: 'Search ads',
  target_name: 'Premium desk',
  zip_code: '90210',
  state: 'CA',
  time_zone: 'America/Los_Angeles',
  call_status: 'completed',
  call_duration: '95',
  call_started_at: '2026-01-05T12:00:00Z',
  call_answered_at: '2026-01-05T12:00:08Z',
  call_ended_at: '2026-01-05T12:01:43Z',
  revenue: '150.00',
  publisher_paid_out: '90.00',
  call_converted: 'true',
  call_converted_at: '2026-01-05T12:01:43Z',
  call_reason: 'sold',
  no_payout_reason: '',
};

export const SYSTEM_TAGS = Object.keys(SAMPLES).map((name) => name.toUpperCase());

const TAG = /\[(!?)([A-Za-z0-9_-]*[A-Za-z][A-Za-z0-9_-]*)\]/g;
const JSON_WORDS = new Set(['true', 'false', 'null']);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** With sample values put in. */
export function preview(template: string, place: Place, more: Record<string, string> = {}): string {
  return template.replace(TAG, (whole, denied: string, name: string, at: number) => {
    if (denied) return `[${name}]`;
    if (JSON_WORDS.has(name)) return whole;
    const key = name.toLowerCase().replaceAll('-', '_');
    const value = SAMPLES[key] ?? more[key] ?? (key.endsWith('_numeric') ? '42' : 'sample');
    if (place === 'url') return encodeURIComponent(value);
    return place === 'json' && !inString(template, at) ? bare(value) : inner(value, place);
  });
}

const bare = (value: string) => (NUMBER.test(value) || JSON_WORDS.has(value) ? value : JSON.stringify(value));
const inner = (value: string, place: Place) =>
  place === 'json' ? JSON.stringify(value).slice(1, -1) : value;

/** Whether a place of a JSON text is within a string. */
function inString(text: string, at: number): boolean {
  let within = false;
  for (let place = 0; place < at; place += 1) {
    if (within && text[place] === '\\') place += 1;
    else if (text[place] === '"') within = !within;
  }
  return within;
}

/** What keeps it from being JSON, with its line; undefined if nothing does. */
export function jsonProblem(template: string): string | undefined {
  const filled = preview(template, 'json');
  try {
    JSON.parse(filled);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const plain = message.replace(/ in JSON at position.*$/, '').replace(/^JSON\.parse: /, '');
    if (position === undefined) return plain;
    return `Line ${filled.slice(0, Number(position)).split('\n').length}: ${plain}`;
  }
}
