import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Visitor, World } from './world';

const OWNER = { email: 'owner@example.com', password: 'a long password' };
const CALLER = '+13105559876';

let world: World;
let owner: Visitor;

beforeAll(async () => {
  world = await World.start();
  owner = await world.visitor();
});
afterAll(() => world.stop());

test('the first person sets up an organization and is in', async () => {
  const { page } = owner;
  await page.goto('/');
  await page.getByRole('heading', { name: 'Set up Hookline' }).waitFor();
  expect(await owner.barriers()).toEqual([]);
  await page.getByLabel('Organization').fill('Acme');
  await page.getByLabel('Your name').fill('Olivia Owner');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByText(/10/).first().waitFor();
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByRole('heading', { name: 'Call logs' }).waitFor();
  await page.getByText('No calls yet').waitFor();
  await page.getByText('Acme').first().waitFor();
  owner.forgive('/v1/setup', 400);
  expect(owner.troubles).toEqual([]);
});

test('a webhook is made in three steps, and its key works', async () => {
  const { page } = owner;
  await page.goto('/custom-tags');
  await page.getByRole('button', { name: 'New tag' }).first().click();
  await page.getByLabel('Key').fill('lead_source');
  await page.getByLabel('Label').fill('Lead source');
  await page.getByRole('button', { name: 'Define tag' }).click();
  await page.getByText('Tag defined.').waitFor();

  await page.goto('/webhooks/incoming');
  await page.getByRole('link', { name: 'New webhook' }).first().click();
  await page.getByText('Call data', { exact: true }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Landing page');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  const key = await page.getByTestId('secret').textContent();
  expect(key).toMatch(/^hlw_/);
  expect(await page.getByRole('region', { name: 'curl snippet' }).textContent()).toContain(key);

  const answer = await fetch(`${world.url}/call-data?moja_auth_key=${key}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ caller_id: CALLER, lead_source: 'google_ads' }),
  });
  expect(answer.status).toBe(200);

  await page.getByRole('link', { name: /open the webhook/ }).click();
  await page
    .getByRole('row', { name: /310 555 9876/ })
    .first()
    .click();
  const detail = page.getByRole('dialog', { name: 'Request' });
  await detail.getByText('google_ads').waitFor();
  expect(await detail.textContent()).not.toContain(key);
  expect(await owner.barriers()).toEqual([]);
  await page.keyboard.press('Escape');
});

test('a call that arrives has what the webhook brought, and its page follows it', async () => {
  const { page } = owner;
  await page.goto('/settings/api-keys');
  await page.getByRole('button', { name: 'New API key' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Switch');
  await page.getByRole('button', { name: 'Make key' }).click();
  const key = await page.getByTestId('secret').textContent();
  const api = (path: string, body: unknown) =>
    fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const started = await api('/v1/calls', { caller: CALLER, dialed: '+18885550100' });
  expect(started.status).toBe(201);
  const { call_log_id: id } = (await started.json()) as { call_log_id: string };

  await page.goto('/calls');
  await page.getByRole('row', { name: /310 555 9876/ }).click();
  await page.getByText(id).first().waitFor();
  await page.getByText('Ringing').first().waitFor();
  await page.getByText('google_ads').first().waitFor();
  await api(`/v1/calls/${id}/events`, { event: 'answered' });
  await api(`/v1/calls/${id}/events`, { event: 'ended' });
  await page.getByText('Completed').first().waitFor();
  expect(await owner.barriers()).toEqual([]);
});

test('a tag is edited by hand, and the timeline says by whom', async () => {
  const { page } = owner;
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Add tags, or set them').fill('lead_quality = high');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('cell', { name: /lead_quality\s*high/ }).waitFor();
});

test('a test is sent from the page, and a refusal is shown as its answer', async () => {
  const { page } = owner;
  await page.goto('/webhooks/incoming');
  await page.getByRole('row', { name: /Landing page/ }).click();
  await page.getByRole('tab', { name: 'Send test' }).click();
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('status').getByText('200', { exact: true }).waitFor();
  await page.getByLabel('Body').fill('{}');
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByText('missing_caller_id').waitFor();
  owner.forgive('/test', 400);

  await page.getByRole('tab', { name: 'Requests' }).click();
  await page.getByLabel('Any status').selectOption('4xx');
  await page.getByRole('cell', { name: 'missing_caller_id' }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(1);
});

test('a filter is in the address, and comes back with it', async () => {
  const { page } = owner;
  await page.goto('/calls');
  await page.getByLabel('Any status').selectOption('failed');
  await page.getByText('No call fits these filters').waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');
  await page.reload();
  await page.getByText('No call fits these filters').waitFor();
  await page.getByRole('button', { name: 'Show all calls' }).click();
  await page.getByRole('row', { name: /310 555 9876/ }).waitFor();
});

test('filters and columns are kept as a view, picked, renamed, shared and deleted', async () => {
  const { page } = owner;
  const views = (name: string) => page.getByRole('button', { name, exact: true });
  const pick = (name: string | RegExp) => page.getByRole('menuitem', { name }).click();
  await page.goto('/calls');
  await page.getByLabel('Any status').selectOption('failed');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'ZIP' }).click();
  await page.keyboard.press('Escape');
  await views('Views').click();
  await pick('Save as a view…');
  await page.getByRole('textbox', { name: 'Name' }).fill('Failed');
  await page.getByRole('button', { name: 'Save view' }).click();
  await views('Failed').waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'ZIP' }).click();
  await page.keyboard.press('Escape');
  await page.goto('/calls');
  await views('Views').click();
  await pick('Failed');
  await views('Failed').waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');
  await page.getByRole('button', { name: 'Columns' }).click();
  expect(await page.getByRole('menuitemcheckbox', { name: 'ZIP' }).isChecked()).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByLabel('Any time').selectOption('7d');
  await page.getByRole('button', { name: 'Failed · changed' }).click();
  await pick('Save changes to Failed');
  await views('Failed').waitFor();
  await views('Failed').click();
  await pick('Rename or share…');
  await page.getByRole('textbox', { name: 'Name' }).fill('Failed this week');
  await page.getByLabel('Share it').check();
  expect(await owner.barriers()).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.reload();
  await views('Failed this week').click();
  await page
    .getByRole('menuitem', { name: /Failed this week/ })
    .getByLabel('shared')
    .waitFor();
  await pick('Delete…');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await views('Views').waitFor();
  expect(owner.troubles).toEqual([]);
});

test('the keyboard reaches every page', async () => {
  const { page } = owner;
  await page.goto('/calls');
  await page.getByRole('row', { name: /310 555 9876/ }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('heading', { name: 'Targets' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command palette' }).waitFor();
  await page.keyboard.type('audit');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Audit log' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
});

test('whoever signed out signs in again, with the right password only', async () => {
  const { page } = owner;
  await page.goto('/calls');
  await page.getByRole('button', { name: /Olivia Owner/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(owner.troubles).toEqual([]);
  await page.goto('/targets');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill('another password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Targets' }).waitFor();
  owner.forgive('/v1/sign-in', 401);
  expect(owner.troubles).toEqual([]);
});
