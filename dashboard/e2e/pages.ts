/** Every page that has an address of its own, with its heading. */
export const PAGES: [path: string, heading: string][] = [
  ['/live', 'Live'],
  ['/calls', 'Call logs'],
  ['/reports', 'Reports'],
  ['/webhooks/incoming', 'Incoming webhooks'],
  ['/webhooks/incoming/new', 'New incoming webhook'],
  ['/webhooks/outgoing', 'Outgoing webhooks'],
  ['/unmatched', 'Unmatched'],
  ['/campaigns', 'Campaigns'],
  ['/numbers', 'Numbers'],
  ['/publishers', 'Publishers'],
  ['/targets', 'Targets'],
  ['/routing-plans', 'Routing plans'],
  ['/flows', 'Call flows'],
  ['/rtb', 'RTB endpoints'],
  ['/custom-tags', 'Custom tags'],
  ['/settings/organization', 'Organization'],
  ['/settings/users', 'Users'],
  ['/settings/api-keys', 'API keys'],
  ['/settings/sign-ins', 'Your sign-ins'],
  ['/settings/audit-log', 'Audit log'],
];
/** The first row of these leads to a page of its own. */
export const WITHIN: [list: string, at: RegExp][] = [
  ['/calls', /\/calls\/[0-9a-f-]{36}/],
  ['/webhooks/incoming', /\/webhooks\/incoming\/[0-9a-f-]{36}/],
  ['/routing-plans', /\/routing-plans\/[0-9a-f-]{36}/],
  ['/flows', /\/flows\/[0-9a-f-]{36}/],
];
