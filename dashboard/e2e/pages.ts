import { expect } from 'vitest';
import { until, type Visitor, type World } from './world';

/** Every page that has an address of its own, with its heading. */
export const PAGES: [path: string, heading: string][] = [
  ['/live', 'Live'],
  ['/calls', 'Call logs'],
  ['/reports', 'Reports'],
  ['/webhooks/incoming', 'Incoming webhooks'],
  ['/webhooks/incoming/new', 'New incoming webhook'],
  ['/webhooks/outgoing', 'Outgoing webhooks'],
  ['/webhooks/outgoing/new', 'New outgoing webhook'],
  ['/webhooks/outgoing/deliveries', 'Deliveries'],
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
  ['/webhooks/outgoing', /\/webhooks\/outgoing\/[0-9a-f-]{36}/],
  ['/routing-plans', /\/routing-plans\/[0-9a-f-]{36}/],
  ['/flows', /\/flows\/[0-9a-f-]{36}/],
];

/** The demo tells nobody of its calls: one webhook that does, to a host that never is, with a delivery. */
export async function furnish(world: World, owner: Visitor): Promise<{ delivery: string }> {
  const ask = async (path: string, data?: object) => {
    const { request } = owner.context;
    const answer = await (data
      ? request.post(path, { data, headers: { Origin: world.url } })
      : request.get(path));
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  await ask('/v1/outgoing-webhooks', {
    name: 'CRM',
    events: ['call.incoming'],
    url: 'https://crm.invalid/lead?cid=[CALL_ID]',
  });
  await ask('/v1/calls', { caller: '+12125550199', dialed: '+18885550100' });
  const delivery = await until<string>(
    'a delivery',
    async () => (await ask('/v1/deliveries')).deliveries[0]?.id,
  );
  return { delivery };
}
