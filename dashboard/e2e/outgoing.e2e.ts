import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Receiver } from './receiver';
import { type Visitor, World } from './world';

let world: World;
let receiver: Receiver;
let owner: Visitor;
let secret: string;

beforeAll(async () => {
  receiver = await Receiver.start();
  world = await World.start({ HOOKLINE_OUTBOUND_ALLOW_PRIVATE: '127.0.0.1' });
  owner = await world.visitor();
  const { page } = owner;
  await page.goto('/');
  await page.getByLabel('Organization').fill('Acme');
  await page.getByLabel('Your name').fill('Olivia Owner');
  await page.getByLabel('Email').fill('owner@example.com');
  await page.getByLabel('Password').fill('a long password');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByRole('heading', { name: 'Call logs' }).waitFor();
});
afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

async function api(path: string, data: unknown): Promise<unknown> {
  const answer = await owner.context.request.post(path, { data, headers: { Origin: world.url } });
  expect(answer.status(), await answer.text()).toBeLessThan(300);
  return answer.json();
}

const textOf = (label: string) =>
  owner.page.getByRole('region', { name: label }).locator('pre').textContent();

test('an outgoing webhook is made, and what is wrong is said at its field', async () => {
  const { page } = owner;
  await page.goto('/webhooks/outgoing');
  await page.getByText('No outgoing webhook yet').waitFor();
  await page.getByRole('link', { name: 'New webhook' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('CRM');
  await page.getByLabel('call.incoming').check();
  await page.getByLabel('URL', { exact: true }).fill(`${receiver.url}/lead?cid=`);
  await page.getByLabel('Insert a tag into URL').selectOption('CALL_ID');
  const json = page.getByRole('textbox', { name: 'JSON' });
  await json.fill('{"call_id": "[CALL_ID]", "caller": "[CALLER_ID]", "seconds": [CALL_DURATION],}');
  await page.getByText(/^Line 1: /).waitFor();
  await json.fill('{"event": "[EVENT]", "caller": "[CALLER_ID]", "seconds": [CALL_DURATION]}');
  expect(await textOf('preview')).toContain('"caller": "+13105559876", "seconds": 95');
  await page.getByRole('button', { name: 'Add header' }).click();
  await page.getByLabel('Name of header 1').fill('Host');
  await page.getByLabel('Secret').check();
  await page.getByLabel('Value of header 1').fill('a secret value');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByText(/is a header that we write/).waitFor();
  owner.forgive('/v1/outgoing-webhooks', 400);
  await page.getByLabel('Name of header 1').fill('X-Api-Key');
  expect(await owner.barriers()).toEqual([]);
  await page.getByRole('button', { name: 'Create webhook' }).click();
  secret = (await page.getByTestId('secret').textContent()) ?? '';
  expect(secret).toMatch(/^whsec_/);
  expect(await textOf('Python verification')).toContain(secret);
});

test('a test is sent at once, signed, and shows what was answered', async () => {
  const { page } = owner;
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('status').getByText('200', { exact: true }).waitFor();
  const { method, headers, body } = await receiver.nth(1);
  expect([method, headers['x-api-key']]).toEqual(['POST', 'a secret value']);
  expect(JSON.parse(body.toString())).toMatchObject({ event: 'call.completed' });
  expect(await textOf('answer 1')).toContain('"seen": 1');
  expect(await page.locator('main').textContent()).not.toContain('a secret value');
  await expectOurs(headers, body);
});

test('a call is told of, and its delivery is read, verified and replayed', async () => {
  const { page } = owner;
  await page.getByRole('link', { name: /open the webhook/ }).click();
  await page.getByText('Nothing was delivered yet').waitFor();
  const call = (await api('/v1/calls', { caller: '+13105559876', dialed: '+18885550100' })) as {
    call_log_id: string;
  };
  await api(`/v1/calls/${call.call_log_id}/events`, { event: 'answered' });
  await api(`/v1/calls/${call.call_log_id}/events`, { event: 'ended' });
  const { url, headers, body } = await receiver.nth(3);
  expect(url).toBe(`/lead?cid=${call.call_log_id}`);
  expect(JSON.parse(body.toString())).toMatchObject({ caller: '+13105559876', seconds: expect.any(Number) });
  await expectOurs(headers, body);

  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('row', { name: /call\.completed.*Delivered/ }).waitFor();
  await page.getByLabel('Any event').selectOption('call.incoming');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  expect(new URL(page.url()).search).toBe('?event=call.incoming');
  await page.reload();
  await page.getByRole('row', { name: /call\.incoming/ }).click();
  const detail = page.getByRole('dialog', { name: 'Delivery' });
  await detail.getByText('X-Api-Key').waitFor();
  expect(await detail.textContent()).not.toContain('a secret value');
  expect(await owner.barriers()).toEqual([]);

  receiver.status = 500;
  await detail.getByRole('button', { name: 'Replay' }).click();
  await page.getByText('Sent once more by hand').waitFor();
  const again = await receiver.nth(4);
  expect(again.url).toBe(`/lead?cid=${call.call_log_id}`);
  await page.getByText('500', { exact: true }).first().waitFor();
  expect(await owner.barriers()).toEqual([]);
  receiver.status = 200;

  await page.goto(`/calls/${call.call_log_id}`);
  const told = page.getByRole('link', { name: /CRM/ });
  await expect.poll(() => told.count()).toBe(3);
  await page.getByText('Delivered').first().waitFor();
});

test('the secret is rotated, and both sign', async () => {
  const { page } = owner;
  await page.goto('/webhooks/outgoing');
  await page.getByRole('row', { name: /CRM/ }).click();
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('button', { name: 'Make new secret' }).click();
  const fresh = (await page.getByTestId('secret').textContent()) ?? '';
  expect(fresh).not.toBe(secret);
  await page.getByRole('button', { name: 'I have the secret' }).click();
  const before = receiver.arrived.length;
  await page.getByRole('tab', { name: 'Send test' }).click();
  await page.getByRole('button', { name: 'Send test' }).click();
  const { headers, body } = await receiver.nth(before + 1);
  await expectOurs(headers, body);
  secret = fresh;
  await expectOurs(headers, body);
});

test('it is disabled and deleted, and its secret header stays as it is when it is saved', async () => {
  const { page } = owner;
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Name', { exact: true }).fill('CRM of ours');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'CRM of ours' }).waitFor();
  const before = receiver.arrived.length;
  await page.getByRole('tab', { name: 'Send test' }).click();
  await page.getByRole('button', { name: 'Send test' }).click();
  expect((await receiver.nth(before + 1)).headers['x-api-key']).toBe('a secret value');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page.getByText('Disabled', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete webhook' }).click();
  await page.getByText('No outgoing webhook yet').waitFor();
  expect(owner.troubles).toEqual([]);
});

/** By the snippets that the page gives to whoever receives: in both languages, and not for another body. */
async function expectOurs(headers: object, body: Buffer): Promise<void> {
  const { verifySnippets } = await import('../src/features/outgoing/verify');
  const [python, javascript] = verifySnippets(secret);
  if (python === undefined || javascript === undefined) throw new Error('two snippets');
  const inPython = `${python.code}\nimport json, sys\nh, b = json.load(sys.stdin)\nprint(is_ours(h, b.encode()), is_ours(h, b"{}"))`;
  const input = JSON.stringify([headers, body.toString()]);
  expect(execFileSync('python3', ['-c', inPython], { input }).toString().trim()).toBe('True False');
  const module = `data:text/javascript,${encodeURIComponent(javascript.code)}`;
  const { isOurs } = (await import(module)) as { isOurs(headers: object, body: Buffer): boolean };
  expect([isOurs(headers, body), isOurs(headers, Buffer.from('{}'))]).toEqual([true, false]);
}
