import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Visitor, World } from './world';

const CALLER = '+13105559876';
const PATIENCE = 40;

let world: World;
let owner: Visitor;
let endpoint: string;

/** As the page would ask, by its cookie. */
async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await owner.context.request.fetch(`${world.url}${path}`, {
    method,
    headers: { Origin: world.url },
    ...(body === undefined ? {} : { data: body }),
  });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

beforeAll(async () => {
  world = await World.start();
  owner = await world.visitor();
  owner.page.setDefaultTimeout(10_000);
  await owner.page.goto('/');
  await owner.page.getByRole('button', { name: 'Look around with demo data' }).click();
  await owner.page.getByRole('heading', { name: 'Call logs' }).waitFor();

  const publisher = await api<{ id: string }>('POST', '/v1/publishers', { name: 'Radio northwest' });
  const { campaigns } = await api<{ campaigns: { id: string; name: string }[] }>('GET', '/v1/campaigns');
  const medicare = campaigns.find((each) => each.name === 'Medicare')?.id;
  const call = await api<{ call_log_id: string }>('POST', '/v1/calls', {
    caller: CALLER,
    dialed: '+18885550100',
    campaign_id: medicare,
    publisher_id: publisher.id,
    started_at: ago(6),
    parameters: { lead_source: 'google_ads' },
  });
  await api('POST', `/v1/calls/${call.call_log_id}/events`, { event: 'answered', at: ago(5) });
  await api('POST', `/v1/calls/${call.call_log_id}/events`, { event: 'ended', at: ago(1) });

  await api('POST', '/v1/numbers', { phone_number: '+18885550188', campaign_id: medicare });
  const made = await api<{ id: string }>('POST', '/v1/rtb-endpoints', {
    name: 'Northwest pings',
    campaign_id: medicare,
    publisher_id: publisher.id,
  });
  endpoint = made.id;
});
afterAll(() => world.stop());

test('a report sums up what a publisher brought, and leads to its calls', async () => {
  const { page } = owner;
  // A day's report has the call in it, whichever side of midnight it began.
  await page.goto('/reports?range=7d&zone=America/Los_Angeles');
  await page.getByLabel('Any publisher').selectOption({ label: 'Radio northwest' });
  await page.getByLabel('By', { exact: true }).selectOption('target');
  const row = page.getByRole('row', { name: /Premium desk/ });
  // Sums are made some seconds after the calls.
  for (let left = PATIENCE; !(await row.isVisible()) && left > 0; left -= 1) {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.waitForTimeout(250);
  }
  expect(await row.textContent()).toMatch(/\$45\.00.*\$30\.00.*\$15\.00/);
  expect(await page.locator('dl').first().textContent()).toContain('Margin$15.00');
  await page.locator('canvas').nth(1).waitFor();
  expect(await owner.barriers()).toEqual([]);

  const search = new URL(page.url()).searchParams;
  expect([search.get('range'), search.get('by'), search.get('zone')]).toEqual([
    '7d',
    'target',
    'America/Los_Angeles',
  ]);
  await page.reload();
  await row.waitFor();

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^calls-by-target-/);
  expect(readFileSync(await file.path(), 'utf8')).toMatch(/\r\nPremium desk,1,1,1,240,240,45,30,15\r\n/);

  await page.getByRole('link', { name: 'Premium desk' }).click();
  await page.getByRole('heading', { name: 'Call logs' }).waitFor();
  await page.getByRole('row', { name: /310 555 9876/ }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(1);
  await page.goBack();
  await row.waitFor();
  expect(owner.troubles).toEqual([]);
});

test('what is sorted and which days are shown stands in the address', async () => {
  const { page } = owner;
  await page.getByRole('button', { name: 'Revenue' }).click();
  await page.getByRole('columnheader', { name: 'Revenue', exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('sort')).toBe('-revenue_paid_out');
  await page.getByLabel('Time', { exact: true }).selectOption('by-hand');
  await page.getByLabel('First day').fill('2020-01-01');
  await page.getByLabel('Last day').fill('2020-01-02');
  await page.getByText('No calls started in this time').waitFor();
  const search = new URL(page.url()).searchParams;
  expect([search.get('from'), search.get('to'), search.get('range')]).toEqual([
    '2020-01-01',
    '2020-01-02',
    null,
  ]);
  expect(owner.troubles).toEqual([]);
});

test('a plan says who would take a caller, also before it is saved', async () => {
  const { page } = owner;
  await page.goto('/routing-plans');
  await page.getByRole('row', { name: /By lead source/ }).click();
  await page.getByLabel('Caller', { exact: true }).fill('310 555 9876');
  await page.getByLabel('Tags').fill('lead_source = radio');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const outcome = page.getByRole('status').filter({ hasText: 'would take the call' });
  await outcome.filter({ hasText: 'General desk' }).waitFor();
  await page.getByText('Filter did not pass').waitFor();
  await page.getByText('was “radio”').waitFor();
  expect(await owner.barriers()).toEqual([]);

  await page.getByRole('button', { name: /^Remove General desk/ }).click();
  await page.getByText('Not saved').waitFor();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Nobody would take the call.').waitFor();
  await page.getByLabel('Which plan is tested').selectOption('published');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await outcome.filter({ hasText: 'General desk' }).waitFor();

  await page.getByLabel('Caller', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText(/`caller` must be/).waitFor();
  owner.forgive('/test', 400);
  expect(owner.troubles).toEqual([]);
});

test('an override is added, tried and published', async () => {
  const { page } = owner;
  page.once('dialog', (dialog) => void dialog.accept());
  await page.goto('/routing-plans');
  await page.getByRole('row', { name: /By lead source/ }).click();
  await page.getByRole('button', { name: 'Add override' }).click();
  const sheet = page.getByRole('dialog', { name: 'New override' });
  await sheet.getByRole('button', { name: 'Add override' }).click();
  await sheet.getByText('Choose the target that gets the call.').waitFor();
  await sheet.getByLabel('Caller').fill('+1310*');
  await sheet.getByRole('button', { name: 'Add comparison' }).click();
  await sheet.getByLabel('Tag', { exact: true }).fill('state');
  await sheet.getByLabel('Value').fill('CA');
  await sheet.getByRole('button', { name: 'Match case' }).click();
  await sheet.getByRole('button', { name: 'Add group' }).click();
  const group = sheet.getByRole('group', { name: 'Group of comparisons' });
  await group.getByLabel('How the comparisons go together').selectOption('none');
  await group.getByLabel('Tag', { exact: true }).fill('age');
  await group.getByLabel('Comparison', { exact: true }).selectOption('less_than');
  await group.getByLabel('Value').fill('65');
  await sheet.getByText('is rejected').click();
  await sheet.getByLabel('Reason').fill('Not served there');
  expect(await owner.barriers()).toEqual([]);
  await sheet.getByRole('button', { name: 'Add override' }).click();
  await page.getByText('state is CA (same case) and not (age < 65)').waitFor();
  await page.getByText(/reject: Not served there/).waitFor();
  await page.getByLabel('Targets of one priority').selectOption('simultaneous');
  await page.getByLabel('Caller', { exact: true }).fill('+13105559876');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Nobody would take the call.').waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published: calls go by it within a second.').waitFor();
  await page.reload();
  await page.getByText(/reject: Not served there/).waitFor();
  const { routing_plans: plans } = await api<{
    routing_plans: { name: string; overrides: { filter: unknown }[] }[];
  }>('GET', '/v1/routing-plans');
  expect(plans.find((each) => each.name === 'By lead source')?.overrides[0]?.filter).toEqual({
    all: [
      { tag: 'state', op: 'equals', value: 'CA', case_sensitive: true },
      { not: { tag: 'age', op: 'less_than', value: 65 } },
    ],
  });
  expect(await page.getByLabel('Targets of one priority').inputValue()).toBe('simultaneous');
  expect(owner.troubles).toEqual([]);
});

test('targets that ring together are all marked where the decision is shown', async () => {
  const { page } = owner;
  const { targets } = await api<{ targets: { id: string; name: string }[] }>('GET', '/v1/targets');
  const both = targets.slice(0, 2);
  const plan = await api<{ id: string }>('POST', '/v1/routing-plans', {
    name: 'All at once',
    strategy: 'simultaneous',
    routes: both.map(({ id }) => ({ target: id })),
  });
  const campaign = await api<{ id: string }>('POST', '/v1/campaigns', {
    name: 'Loud',
    routing: { plan: plan.id },
  });
  const call = await api<{ call_log_id: string }>('POST', '/v1/calls', {
    caller: '+12125550177',
    dialed: '+18885550177',
    campaign_id: campaign.id,
  });
  await page.goto(`/calls/${call.call_log_id}`);
  for (const { name } of both) await page.getByLabel(new RegExp(`^${name}: .*to ring together$`)).waitFor();
  await page.getByText(/^Dial .* and .* together$/).waitFor();
  await page.getByRole('button', { name: 'List' }).click();
  await expect.poll(() => page.getByText(/to ring together$/).count()).toBe(2);
});

test('an RTB endpoint shows how many bids were won, and why others were not', async () => {
  const { page } = owner;
  for (const query of ['CALLER_ID=2125550001', 'CALLER_ID=12'])
    await fetch(`${world.url}/inbound_rtb/${endpoint}?${query}`);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.goto(`/rtb/${endpoint}`);
  await page.getByText('The caller is no phone number').waitFor();
  await page.getByText('Reserved now 1').waitFor();
  await page.getByText('1 bid', { exact: true }).waitFor();
  expect(await owner.barriers()).toEqual([]);
  expect(owner.troubles).toEqual([]);
});
