import type { WebhookType } from '@/api/types';

interface Kind {
  type: WebhookType;
  label: string;
  path: string;
  what: string;
  /** What a request could carry, for snippets and tests. */
  sample: Record<string, unknown>;
  /** The same as query parameters, for a pixel. */
  query: Record<string, string>;
}

export const KINDS: Kind[] = [
  {
    type: 'call_data',
    label: 'Call data',
    path: '/call-data',
    what: 'What is known of a caller before or during the call: source, age, landing page.',
    sample: { caller_id: '+13105559876', lead_source: 'google_ads', age: 67, zip: '90210' },
    query: { caller_id: '+13105559876', lead_source: 'google_ads' },
  },
  {
    type: 'update_revenue',
    label: 'Update revenue',
    path: '/update-revenue',
    what: 'What a call brought. Sets the revenue and marks the call as converted.',
    sample: { phone_number: '+13105559876', revenue_paid_out: 150, transaction_id: 'order-1001' },
    query: { phone_number: '+13105559876', revenue_paid_out: '150' },
  },
  {
    type: 'update_tags',
    label: 'Update tags',
    path: '/update-tags',
    what: 'Adds tags to calls or removes them, live or afterwards.',
    sample: { phone_number: '+13105559876', add: { lead_quality: 'high' }, remove: ['pending_review'] },
    query: { phone_number: '+13105559876', 'add[lead_quality]': 'high' },
  },
  {
    type: 'update_fields',
    label: 'Update fields',
    path: '/update-fields',
    what: 'Any mix of revenue, conversion, reason, payout and tags in one request.',
    sample: {
      phone_number: '+13105559876',
      fields: { converted: true, revenue_paid_out: 150, reason: 'sold' },
      add: { disposition: 'sale' },
    },
    query: { phone_number: '+13105559876', converted: 'true', reason: 'sold' },
  },
];

export function kindOf(type: WebhookType): Kind {
  const kind = KINDS.find((each) => each.type === type);
  if (kind === undefined) throw new Error(`no webhook type ${type}`);
  return kind;
}
