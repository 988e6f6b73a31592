import type { CallQuery, CallStatus } from '@/api/types';
import { rangeStart } from '@/components/range';

/** The filters of the call logs, as they stand in the address. */
export interface CallSearch {
  caller?: string;
  status?: string;
  campaign?: string;
  publisher?: string;
  target?: string;
  /** `name = value`. */
  tag?: string;
  converted?: string;
  range?: string;
  from?: string;
  to?: string;
}

const STATUSES: CallStatus[] = ['ringing', 'in_progress', 'completed', 'failed'];

/** What the server is asked; what it would refuse as no filter at all is left out. */
export function callFilter(search: CallSearch, now: Date): CallQuery {
  const from = rangeStart(search.range, now) ?? search.from;
  const status = STATUSES.find((each) => each === search.status);
  return {
    ...(search.caller ? { caller: search.caller } : {}),
    ...(status ? { status } : {}),
    ...(search.campaign ? { campaign_id: search.campaign } : {}),
    ...(search.publisher ? { publisher_id: search.publisher } : {}),
    ...(search.target ? { target: search.target } : {}),
    ...tagFilter(search.tag),
    ...(search.converted ? { converted: search.converted === 'true' } : {}),
    ...(from ? { from } : {}),
    ...(search.to && !search.range ? { to: search.to } : {}),
  };
}

/** `lead_source = google_ads`; with commas between, calls that have them all. */
function tagFilter(text: string | undefined): CallQuery {
  const found: CallQuery = {};
  for (const part of text?.split(',') ?? []) {
    const [name, ...value] = part.split('=').map((each) => each.trim());
    if (name && value.length > 0) found[`tag.${name}`] = value.join('=');
  }
  return found;
}

/** The address of the same calls as CSV. */
export function csvAddress(filter: CallQuery, organization: string | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && value !== null) params.set(name, String(value));
  }
  if (organization !== undefined) params.set('organization', organization);
  const text = params.toString();
  return text === '' ? '/v1/calls.csv' : `/v1/calls.csv?${text}`;
}
