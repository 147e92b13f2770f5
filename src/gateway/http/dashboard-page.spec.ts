import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { dashboardPage } from './dashboard-page.js';

const servers: Server[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function served(folder: string): Promise<string> {
  const page = await dashboardPage(folder);
  const server = createServer((request, response) => page(request, response, () => response.writeHead(404).end()));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-page-'));
  folders.push(folder);
  await Promise.all(Object.entries(files).map(([name, body]) => writeFile(join(folder, name), body)));
  return folder;
}

test('without a build the page says how to make one, and nothing else changes', async () => {
  const url = await served(join(tmpdir(), 'conclave-no-such-folder'));
  const answer = await fetch(`${url}/symbols/AAPL`);
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  expect((await fetch(`${url}/api/nothing`)).status).toBe(404);
});

test('the best encoding that is accepted and there; HEAD without a body', async () => {
  const url = await served(await folderWith({ 'index.html': '<p>', 'a.js': 'let a;', 'a.js.br': brotliCompressSync('let a;') }));
  const encoding = async (accept: string): Promise<string | null> => (await fetch(`${url}/a.js`, { headers: { 'Accept-Encoding': accept } })).headers.get('content-encoding');
  expect(await Promise.all(['br', 'gzip, br;q=0.5', 'gzip', 'br;q=0', 'identity'].map(encoding))).toEqual(['br', 'br', null, null, null]);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '3', '']);
});
