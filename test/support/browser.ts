import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, afterEach } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { cleanUp, type TestServer } from './server.js';
import { findChromium } from './tools.mjs';

/** What a desk shows, and what a phone does. */
const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export interface OpenPage {
  readonly page: Page;
  /** What must not be: errors on the console, uncaught ones, what the CSP refused, answers of 5xx. */
  readonly faults: readonly string[];
  /** Axe's findings that are serious or critical, in words. */
  axe(): Promise<string[]>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly size?: { readonly width: number; readonly height: number };
  readonly scheme?: 'light' | 'dark';
  /** Console errors that this test brings about itself, such as those of a server that it kills. */
  readonly expected?: RegExp;
}

const require = createRequire(import.meta.url);
let browser: Promise<Browser> | undefined;

/** Debian's Chromium, started once per spec file. `npm test` installs it, or says how to. */
const launched = (): Promise<Browser> => (browser ??= launch());

async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('These tests need Chromium: install it (Debian: apt-get install chromium) or point CHROMIUM to it');
  return chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });
}

/**
 * A spec file's way to pages: what a test opened is closed after it, the browser and the servers after all of them.
 */
export function pagesOf(): (server: Pick<TestServer, 'url'>, path: string, options?: PageOptions) => Promise<OpenPage> {
  const opened: OpenPage[] = [];
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.close();
  });
  afterAll(async () => {
    await closeBrowser();
    await cleanUp();
  });
  return async ({ url }, path, options) => {
    const page = await openPage(url + path, options);
    opened.push(page);
    return page;
  };
}

/** Opens an address as a person would: a fresh profile, watched for faults from the first byte. */
async function openPage(url: string, { size = DESK, scheme = 'light', expected }: PageOptions = {}): Promise<OpenPage> {
  const context = await (await launched()).newContext({ viewport: size, colorScheme: scheme, locale: 'en-US', reducedMotion: 'reduce', acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  const fault = (text: string): void => {
    if (!expected?.test(text)) faults.push(text);
  };
  page.on('console', (message) => { // a refusal of the CSP is an error of the console
    if (message.type() === 'error') fault(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('crash', () => fault('the page has crashed'));
  page.on('pageerror', (error) => fault(`uncaught: ${error.stack ?? String(error)}`));
  page.on('response', (response) => {
    if (response.status() >= 500) fault(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  return { page, faults, axe: () => axe(page), close: () => closeContext(context) };
}

const closeContext = (context: BrowserContext): Promise<void> => context.close();

/** A machine that does many things at once. */
const PATIENCE_MS = 60_000;

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly impact: string; readonly help: string; readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[] }[];
}

let axeSource: Promise<string> | undefined;

/** By the debugger's way in, which no CSP stands in: the page's own policy stays as it is. */
async function axe(page: Page): Promise<string[]> {
  axeSource ??= readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(await axeSource);
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary ?? ''}`));
}

/** True where the page is wider than its window: a phone would have to scroll sideways. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth + 1');

/** For `afterAll`. */
async function closeBrowser(): Promise<void> {
  const open = browser;
  browser = undefined;
  await (await open)?.close();
}
