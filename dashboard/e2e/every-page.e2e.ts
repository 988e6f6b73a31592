import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { furnish, PAGES, WITHIN } from './pages';
import { type Look, type Visitor, World } from './world';

const LOOKS: Look[] = [
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 1440 },
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 390 },
];

let world: World;
let delivery: string;
let cookies: Awaited<ReturnType<Visitor['context']['cookies']>>;

beforeAll(async () => {
  world = await World.start();
  const first = await world.visitor();
  await first.page.goto('/');
  await first.page.getByRole('button', { name: 'Look around with demo data' }).click();
  await first.page.getByRole('heading', { name: 'Call logs' }).waitFor();
  delivery = (await furnish(world, first)).delivery;
  cookies = await first.context.cookies();
  expect(cookies.find((cookie) => cookie.name === 'hookline_sign_in')?.httpOnly).toBe(true);
});
afterAll(() => world.stop());

describe.each(LOOKS)('$colorScheme at $width px', (look) => {
  test('no page has errors, barriers or too much width', async () => {
    const visitor = await world.visitor(look);
    await visitor.context.addCookies(cookies);
    const { page } = visitor;
    const folder = process.env.SCREENSHOTS;
    const check = async (path: string) => {
      await page
        .locator('[aria-busy=true], [role=status][aria-label=Loading]')
        .first()
        .waitFor({ state: 'detached' });
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect({ path, barriers: await visitor.barriers(), wide, troubles: visitor.troubles }).toEqual({
        path,
        barriers: [],
        wide: 0,
        troubles: [],
      });
      if (folder === undefined) return;
      const name = path
        .replace(world.url, '')
        .replace(/[0-9a-f-]{36}/, 'one')
        .replaceAll('/', '-')
        .slice(1);
      await page.screenshot({ path: `${folder}/${name}.${look.colorScheme}-${look.width}.png` });
    };
    for (const [path, heading] of PAGES) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await check(path);
    }
    for (const [list, at] of WITHIN) {
      await page.goto(list);
      await page.locator('tbody tr[tabindex]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(at);
      await page.locator('main h2, main [role=tab]').first().waitFor();
      await check(page.url());
      if (!list.startsWith('/webhooks')) continue;
      const tabs = page.locator('main').getByRole('tab');
      for (let tab = 1; tab < (await tabs.count()); tab += 1) {
        await tabs.nth(tab).click();
        await check(`${page.url().split('?')[0]} tab ${await tabs.nth(tab).textContent()}`);
      }
    }
    await page.goto(`/deliveries/${delivery}`);
    await page.getByText('crm.invalid').first().waitFor();
    await check('/deliveries/one');
  });
});
