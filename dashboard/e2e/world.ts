import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type PreviewServer, preview } from 'vite';

const WAIT_MS = 20_000;
const POLL_MS = 50;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Ends with the last animation that has an end; one that a closing panel takes along has ended too. */
const SETTLED = `Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished))`;

export interface Look {
  colorScheme: 'light' | 'dark';
  width: number;
}

/** A real server on an empty database, and a real browser in front of it. */
export class World {
  /** Where the browser goes. */
  readonly url: string;
  readonly #server: ChildProcess;
  readonly #folder: string;
  readonly #browser: Browser;
  readonly #front: PreviewServer | undefined;

  private constructor(
    url: string,
    server: ChildProcess,
    folder: string,
    browser: Browser,
    front?: PreviewServer,
  ) {
    this.url = url;
    this.#server = server;
    this.#folder = folder;
    this.#browser = browser;
    this.#front = front;
  }

  /** With options of the server's own, as environment. */
  static async start(options: Record<string, string> = {}): Promise<World> {
    const binary = process.env.HOOKLINE_BIN;
    if (binary === undefined)
      throw new Error('Set HOOKLINE_BIN to the hookline binary that is to be tested.');
    const folder = mkdtempSync(join(tmpdir(), 'hookline-e2e-'));
    const port = await freePort();
    const server = spawn(binary, ['serve'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        HOOKLINE_LISTEN: `127.0.0.1:${port}`,
        HOOKLINE_DATABASE_URL: `sqlite://${join(folder, 'e2e.db')}`,
        HOOKLINE_LOG: 'error',
        ...options,
      },
    });
    const own = `http://127.0.0.1:${port}`;
    await ready(`${own}/readyz`, server);
    // A binary with pages of its own is tested as it is, unless one asks for this build.
    const isOwn = process.env.E2E_PAGES !== 'dist' && (await servesPages(own));
    const front = isOwn ? undefined : await buildInFront(own);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return new World(
      front?.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? own,
      server,
      folder,
      browser,
      front,
    );
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#front?.close();
    const ended = new Promise((resolve) => this.#server.once('exit', resolve));
    this.#server.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A browser of its own, with what goes wrong in it. */
  async visitor(look: Look = { colorScheme: 'light', width: 1440 }): Promise<Visitor> {
    const context = await this.#browser.newContext({
      baseURL: this.url,
      colorScheme: look.colorScheme,
      viewport: { width: look.width, height: 900 },
      locale: 'en-US',
    });
    return new Visitor(context, await context.newPage());
  }
}

/** Somebody at a browser. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the console and requests that failed, but for those that a story expects. */
  readonly troubles: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.troubles.push(error.message));
  }

  /** A browser notes every refusal as an error; these were meant to be refused. */
  forgive(path: string, status: number): void {
    const meant = this.troubles.filter((each) => each.includes(`status of ${status}`) && each.endsWith(path));
    if (meant.length === 0) throw new Error(`${path} was not answered ${status}`);
    for (const each of meant) this.troubles.splice(this.troubles.indexOf(each), 1);
  }

  /** What axe finds that keeps people out, once nothing fades in any more: it measures the colours of the moment. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(SETTLED);
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate('window.axe.run(document, { resultTypes: ["violations"] })');
    const { violations } = found as {
      violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
    };
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      probe.close(() => resolve(address.port));
    });
  });
}

/** Asks again and again, until there is an answer or too much time has passed. */
export async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + WAIT_MS;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`Within ${WAIT_MS} ms there was not: ${what}.`);
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  await until('a ready server', async () => {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
    const answer = await fetch(url).catch(() => undefined);
    return answer?.ok ? true : undefined;
  });
}

/** Was the binary built with the dashboard? */
async function servesPages(url: string): Promise<boolean> {
  const answer = await fetch(url, { headers: { Accept: 'text/html' } });
  return (await answer.text()).includes('id="root"');
}

/** Otherwise dist/ is served in front of it. */
async function buildInFront(server: string): Promise<PreviewServer> {
  process.env.HOOKLINE_URL = server;
  delete process.env.HOOKLINE_API_KEY;
  return preview({ preview: { port: await freePort(), host: '127.0.0.1' }, logLevel: 'error' });
}
