import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Visitor, World } from './world';

const FOLDER = process.env.SCREENSHOTS;

let world: World;
let owner: Visitor;

beforeAll(async () => {
  world = await World.start();
  owner = await world.visitor();
  const { page } = owner;
  page.setDefaultTimeout(10_000);
  await page.goto('/');
  await page.getByRole('button', { name: 'Look around with demo data' }).click();
  await page.getByRole('heading', { name: 'Call logs' }).waitFor();
});
afterAll(() => world.stop());

const shot = async (name: string) => {
  if (FOLDER !== undefined) await owner.page.screenshot({ path: `${FOLDER}/flow-story-${name}.png` });
};
const node = (name: RegExp) => owner.page.locator('.react-flow__node').filter({ hasText: name });
const side = () => owner.page.getByRole('complementary', { name: 'Side panel' });
const field = (name: string | RegExp) => side().getByLabel(name, { exact: true });
const panel = (name: RegExp) => side().getByRole('tab', { name });

test('a flow is built on the canvas by keyboard and mouse', async () => {
  const { page } = owner;
  await page.goto('/flows');
  await page.getByRole('button', { name: 'New flow' }).first().click();
  await page.getByLabel('Name').fill('After hours');
  await page.getByRole('button', { name: 'Make flow' }).click();
  await page.getByRole('heading', { level: 1, name: 'After hours' }).waitFor();
  await node(/Start/).click();

  await page.locator('h1').click();
  await page.keyboard.press('a');
  await page.getByRole('combobox', { name: 'Type of node' }).fill('condition');
  await page.keyboard.press('Enter');
  await node(/Condition/).waitFor();
  await field(/^Name/).fill('Known lead?');
  await field('Comparison').selectOption('equals');
  await field('Value').fill('google_ads');
  await field('yes').selectOption({ label: '+ Dial' });
  await field('Target').selectOption({ label: 'Premium desk' });

  await node(/Known lead/).click();
  await field('no').selectOption({ label: '+ Menu' });
  await field('Prompt').fill('Press 1 to wait for somebody.');
  await expect.poll(() => page.locator('.react-flow__edge').count()).toBe(3);
  await shot('built');
  expect(await owner.barriers()).toEqual([]);
});

test('what is wrong is shown at the node', async () => {
  const { page } = owner;
  await page.getByRole('button', { name: 'Publish' }).click();
  await panel(/Problems/).click();
  await side()
    .getByText(/goes nowhere/)
    .filter({ visible: true })
    .first()
    .waitFor();
  await shot('problems');
  await side().getByRole('button', { name: /Menu/ }).first().click();
  await side()
    .getByText(/goes nowhere/)
    .filter({ visible: true })
    .first()
    .waitFor();
  await expect.poll(() => node(/Menu/).getByLabel('has an error').count()).toBe(1);
  owner.forgive('/publish', 409);
});

test('steps go back and forth, and nodes are copied', async () => {
  const { page } = owner;
  const count = () => page.locator('.react-flow__node').count();
  const before = await count();
  await node(/Premium desk/).click();
  await page.keyboard.press('Control+d');
  await expect.poll(() => count()).toBe(before + 1);
  await page.keyboard.press('Control+z');
  await expect.poll(() => count()).toBe(before);
  await page.keyboard.press('Control+y');
  await expect.poll(() => count()).toBe(before + 1);
  await page.keyboard.press('Control+z');
  await node(/Premium desk/).click();
  await page.keyboard.press('Delete');
  await expect.poll(() => count()).toBe(before - 1);
  await page.keyboard.press('Control+z');
  await expect.poll(() => page.locator('.react-flow__edge').count()).toBe(3);
});

test('the mouse leads ways, drops nodes, and the clipboard keeps them', async () => {
  const { page } = owner;
  const nodes = page.locator('.react-flow__node');
  const edges = page.locator('.react-flow__edge');
  const pane = page.locator('.react-flow__pane');
  const drag = async (from: Locator, to: { x: number; y: number }) => {
    const box = await from.boundingBox();
    if (box === null) throw new Error('nothing to drag');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 8 });
    await page.mouse.up();
  };
  const busy = node(/Premium desk/)
    .locator('.react-flow__handle.source')
    .nth(1);
  const into = await node(/Menu/).locator('.react-flow__handle.target').boundingBox();
  await drag(busy, { x: (into?.x ?? 0) + 5, y: (into?.y ?? 0) + 5 });
  await expect.poll(() => edges.count()).toBe(4);
  const free = await pane.boundingBox();
  const failed = node(/Premium desk/)
    .locator('.react-flow__handle.source')
    .nth(2);
  await drag(failed, { x: (free?.x ?? 0) + 200, y: (free?.y ?? 0) + 150 });
  await page.getByRole('combobox', { name: 'Type of node' }).fill('hold');
  await page.keyboard.press('Enter');
  await node(/Hold/).waitFor();
  await expect.poll(() => edges.count()).toBe(5);
  await page.locator('h1').click();
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Control+v');
  await node(/Hold/).nth(1).waitFor();
  const types = page.getByRole('region', { name: 'Node types' }).getByRole('button');
  await types.filter({ hasText: 'Reject' }).dragTo(pane, { targetPosition: { x: 200, y: 650 } });
  await node(/Reject/).waitFor();
  await page.locator('h1').click();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('Control+z');
  await expect.poll(() => nodes.count()).toBe(4);
  await expect.poll(() => edges.count()).toBe(3);
});

test('it is published, and a test call goes through it', async () => {
  const { page } = owner;
  await node(/Menu/).click();
  await field('pressed 1').selectOption({ label: '+ Routing plan' });
  await field('Plan').selectOption({ label: 'By lead source' });
  await node(/Menu/).click();
  await field('wrong key').selectOption({ label: '+ Reject' });
  await node(/Menu/).click();
  await field('no key pressed').selectOption({ label: 'Reject (reject)' });
  await page.locator('h1').click();
  await page.keyboard.press('l');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 1 is published').waitFor();
  expect(await page.getByRole('button', { name: 'Undo' }).isEnabled()).toBe(true);

  await panel(/Test/).click();
  await side().getByRole('button', { name: 'Run the call' }).click();
  await side()
    .getByText(/The caller hears “Press 1/)
    .waitFor();
  await shot('menu');
  await side().getByRole('button', { name: 'Press 1' }).click();
  await side().getByText('It rings at General desk').waitFor();
  await expect.poll(() => page.locator('.react-flow__edge.lit').count()).toBe(3);
  await shot('rings');
  await side().getByRole('button', { name: 'Answered' }).click();
  await side().getByText('The caller talks').waitFor();
  await field(/^Tags/).fill('lead_source = google_ads');
  await side().getByRole('button', { name: 'Run again' }).click();
  await side().getByText('It rings at Premium desk').waitFor();
  expect(await owner.barriers()).toEqual([]);
});

test('what has changed since a version is shown, and somebody else’s change is not lost', async () => {
  const { page } = owner;
  await node(/Reject/).click();
  await panel(/Node/).click();
  await field('Reason').fill('nobody is here');
  await page.keyboard.press('Control+s');
  await page.getByText('Kept as the draft').waitFor();
  await panel(/Versions/).click();
  await side()
    .getByRole('button', { name: /Version 1/ })
    .click();
  await side().getByText('nobody is here', { exact: true }).waitFor();
  await shot('versions');

  const id = new URL(page.url()).pathname.split('/').at(-1);
  await page.evaluate(
    `fetch('/v1/flows/${id}', { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Evenings"}' })`,
  );
  await node(/Reject/).click();
  await panel(/Node/).click();
  await field('Reason').fill('closed');
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog', { name: 'Somebody else has changed this flow' }).waitFor();
  await page.getByRole('button', { name: 'Overwrite with mine' }).click();
  await page.getByText('over the other one').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Evenings' }).waitFor();
});

test('every type of node has a form, and what it begins with can be read', async () => {
  const { page } = owner;
  await page.emulateMedia({ colorScheme: 'dark' });
  const nodes = { start: { type: 'start' } };
  await page.goto('/flows');
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByLabel('Or its JSON').fill(JSON.stringify({ version: 1, start: 'start', nodes }));
  await page.getByRole('button', { name: 'Make a flow of it' }).click();
  await page.getByRole('heading', { level: 1, name: 'Imported flow' }).waitFor();
  const types = page.getByRole('region', { name: 'Node types' }).getByRole('button');
  const names = await types.locator('span > span:first-child').allTextContents();
  expect(names.length).toBe(14);
  for (const name of names) {
    await types.filter({ hasText: name }).first().click();
    await side().getByRole('heading', { name, exact: true }).waitFor();
    if (name === 'Dial') await field('Target').selectOption({ label: 'Premium desk' });
    if (name === 'Routing plan') await field('Plan').selectOption({ label: 'By lead source' });
    expect({ name, barriers: await owner.barriers() }).toEqual({ name, barriers: [] });
    await shot(`form-${name.replaceAll(' ', '-')}`);
  }
  await page.getByRole('button', { name: 'Lay out' }).click();
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.getByText('Kept as the draft').waitFor();
  await panel(/Problems/).click();
  await side()
    .getByText(/goes nowhere/)
    .first()
    .waitFor();
  await shot('all-types');
  await page.emulateMedia({ colorScheme: 'light' });
});

test('a real call goes by a flow, its page shows the way, and it is rerun by the draft', async () => {
  const { page } = owner;
  const id = (await page.evaluate(`(async () => {
    const post = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then((answer) => answer.json());
    const call = await post('/v1/calls', { caller: '+12125550123', dialed: '+18885550101' });
    await post('/v1/calls/' + call.call_log_id + '/next', { decision: 1, digits: '1' });
    return call.call_log_id;
  })()`)) as string;
  await page.goto(`/calls/${id}`);
  await page.getByLabel('General desk: Chosen by weight').waitFor();
  await expect.poll(() => page.locator('.react-flow__edge.lit').count()).toBe(4);
  await shot('call');
  expect(await owner.barriers()).toEqual([]);
  await page.getByRole('button', { name: 'List' }).click();
  await page.getByText('chosen by weight').waitFor();
  await page.getByRole('link', { name: /Rerun/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Greeting' }).waitFor();
  await side().getByRole('button', { name: 'Rerun' }).click();
  await side().getByText('It would go the same way').waitFor();
  expect(owner.troubles).toEqual([]);
});
