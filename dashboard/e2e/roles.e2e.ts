import { afterAll, beforeAll, expect, test } from 'vitest';
import { furnish, PAGES, WITHIN } from './pages';
import { type Visitor, World } from './world';

/** What buttons say that change something. */
const DEEDS =
  /^(new|add|another|save|edit|delete|remove|discard|publish|import|rotate|enable|disable|attach|dismiss|replay|send|end|invite|make|create|move|undo|restore)\b/i;
/** Everybody may make an organization of their own, and change their own name, password and sign-ins. */
const OWN = ['/settings/organization', '/settings/sign-ins'];
const OWNERS = ['/settings/users', '/settings/api-keys', '/settings/audit-log'];
const MANAGERS = ['/webhooks/incoming/new', '/webhooks/outgoing/new'];

let world: World;
let owner: Visitor;
let delivery: string;

beforeAll(async () => {
  world = await World.start();
  owner = await world.visitor();
  await owner.page.goto('/');
  await owner.page.getByRole('button', { name: 'Look around with demo data' }).click();
  await owner.page.getByRole('heading', { name: 'Call logs' }).waitFor();
  delivery = (await furnish(world, owner)).delivery;
});
afterAll(() => world.stop());

async function colleague(role: string): Promise<Visitor> {
  const answer = await owner.context.request.post('/v1/users', {
    data: { email: `${role}@example.com`, name: `A ${role}`, role },
    headers: { Origin: world.url },
  });
  expect(answer.status()).toBe(201);
  const { link } = (await answer.json()) as { link: string };
  const visitor = await world.visitor();
  await visitor.page.goto(`/sign-in${new URL(link).hash}`);
  await visitor.page.getByRole('button', { name: 'Continue' }).click();
  await visitor.page.getByLabel('Password').fill('a long password');
  await visitor.page.getByRole('button', { name: 'Set password' }).click();
  await visitor.page.getByRole('heading', { name: 'Call logs' }).waitFor();
  visitor.forgive('/v1/sign-in/link', 400);
  return visitor;
}

test.each(['analyst', 'read_only'])('the role %s is offered nothing that is refused', async (role) => {
  const visitor = await colleague(role);
  const { page } = visitor;
  const refused: string[] = [];
  page.on('response', (answer) => {
    if (answer.status() >= 400) refused.push(`${answer.status()} ${answer.url()}`);
  });
  const check = async (path: string) => {
    await page
      .locator('[aria-busy=true], [role=status][aria-label=Loading]')
      .first()
      .waitFor({ state: 'detached' });
    const buttons = page.locator('main').locator('button:enabled, a');
    const names = await buttons.evaluateAll((all) =>
      all.map((each) => each.getAttribute('aria-label') ?? each.textContent ?? ''),
    );
    const deeds = OWN.includes(path) ? [] : names.filter((name) => DEEDS.test(name.trim()));
    expect({ path, deeds, refused, troubles: visitor.troubles }).toEqual({
      path,
      deeds: [],
      refused: [],
      troubles: [],
    });
  };
  for (const [path, heading] of PAGES) {
    await page.goto(path);
    const closed = OWNERS.includes(path) || MANAGERS.includes(path);
    const title = closed ? 'Not for your role' : heading;
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await check(path);
  }
  for (const [list, at] of WITHIN) {
    await page.goto(list);
    await page.locator('tbody tr[tabindex]').first().click();
    await page.waitForURL(at);
    await page.locator('main h2, main [role=tab]').first().waitFor();
    const tabs = page.locator('main').getByRole('tab');
    await check(page.url());
    for (let tab = 1; tab < (await tabs.count()); tab += 1) {
      await tabs.nth(tab).click();
      await check(`${page.url()} tab ${tab}`);
    }
  }
  await page.goto(`/deliveries/${delivery}`);
  await page.getByText('crm.invalid').first().waitFor();
  await check('/deliveries/one');
  expect(await page.getByRole('navigation').getByRole('link', { name: 'Users' }).count()).toBe(0);
});
