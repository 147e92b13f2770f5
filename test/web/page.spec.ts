import { beforeAll, describe, expect, test } from '@jest/globals';
import { pagesOf } from '../support/browser.js';
import { startServer, type TestServer } from '../support/server.js';

const open = pagesOf();
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});

const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(server.url + path, { headers });

describe('the dashboard is served at /', () => {
  test('its index at each of its own paths, never kept without asking; its files compressed and kept for ever', async () => {
    for (const path of ['/', '/symbols/BTC%2FUSD', '/signals/x', '/operations?a=1']) {
      const index = await ask(path);
      expect([path, index.status, index.headers.get('cache-control'), index.headers.get('content-type')]).toEqual([path, 200, 'no-cache', 'text/html; charset=utf-8']);
    }
    const html = await (await ask('/')).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)![1]!;
    const file = await ask(script, { 'Accept-Encoding': 'gzip, deflate, br' });
    expect(Object.fromEntries(file.headers)).toEqual(expect.objectContaining({
      'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'br', 'content-type': 'text/javascript; charset=utf-8', vary: 'Accept-Encoding',
    }));
    const plain = await ask(script, { 'Accept-Encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(await file.text());
    expect((await ask('/', { 'If-None-Match': (await ask('/')).headers.get('etag')! })).status).toBe(304);
  });

  test('what is not the page stays as it is', async () => {
    for (const path of ['/api/nothing', '/nothing', '/assets/gone.js', '/wsx', '/..%2f..%2fpackage.json']) {
      const answer = await ask(path, { Accept: 'text/html' });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'application/problem+json; charset=utf-8']);
    }
    expect((await ask('/live')).status).toBe(200);
    expect((await ask('/docs')).headers.get('content-type')).toContain('text/html');
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(404);
  });

  test('no inline script or style is allowed, and none is there', async () => {
    const index = await ask('/');
    const policy = index.headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(await index.text()).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
  });
});

describe('the frame', () => {
  test('says that prices are simulated; the theme that is chosen is remembered', async () => {
    const { page, faults, axe } = await open(server, '/');
    await page.getByText('SIMULATED').waitFor();
    await page.getByLabel('Theme').selectOption('dark');
    await page.reload();
    expect(await page.getByLabel('Theme').inputValue()).toBe('dark');
    expect(await page.evaluate('getComputedStyle(document.body).colorScheme')).toBe('dark');
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('a page that there is not says so', async () => {
    const { page, faults } = await open(server, '/groups/none/at/all');
    await page.getByText('There is no such page.').waitFor();
    await page.getByRole('link', { name: 'To the watch list' }).click();
    await page.waitForURL(({ pathname }) => pathname === '/');
    expect(faults).toEqual([]);
  });
});
