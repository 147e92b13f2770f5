import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { answerOf, refusedUpgrade } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';
const UPGRADES = ['/ws/signals', '/ws/symbols/AAPL', '/stream?symbols=AAPL', '/socket.io/?EIO=4&transport=websocket'];
const REQUESTS = ['/api/symbols', '/ws/status', POLLING];

const settings: [string, Record<string, string>, { allowed: (server: TestServer) => string[]; foreign: (server: TestServer) => string[] }][] = [
  ['without a list', {}, {
    allowed: ({ url }) => [url, 'http://localhost:3000', 'http://127.0.0.1:5173', 'http://[::1]:80'],
    foreign: ({ url }) => ['https://evil.example', 'null', 'file://', url.replace('127.0.0.1', 'localhost.evil.example')],
  }],
  ['with ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://app.example.com' }, {
    allowed: () => ['https://app.example.com'],
    foreign: ({ url }) => [url, 'http://localhost:3000', 'http://app.example.com', 'https://app.example.com.evil.example', 'null'],
  }],
];

describe.each(settings)('%s', (_name, env, { allowed, foreign }) => {
  let server: TestServer;
  beforeAll(async () => { server = await startServer({ SYMBOLS: 'AAPL', ...env }); });
  afterAll(cleanUp);

  it('refuses a foreign Origin with 403', async () => {
    for (const origin of foreign(server)) {
      for (const path of UPGRADES) expect({ path, origin, ...await refusedUpgrade(server.ws + path, { origin }) }).toMatchObject({ path, origin, status: 403, body: { code: 'FORBIDDEN' } });
      for (const path of REQUESTS) expect({ path, origin, ...await answerOf(server.url + path, { headers: { origin } }) }).toMatchObject({ path, origin, status: 403, body: { code: 'FORBIDDEN' } });
    }
  });

  it('accepts its own pages, which may read the answers', async () => {
    for (const origin of allowed(server)) {
      for (const path of UPGRADES) await opens(server.ws + path, { origin });
      for (const path of REQUESTS) {
        const response = await fetch(server.url + path, { headers: { origin } });
        expect({ path, origin, status: response.status, readable: response.headers.get('access-control-allow-origin') }).toEqual({ path, origin, status: 200, readable: origin });
      }
    }
  });

  it('accepts those who send none: they are no browsers', async () => {
    for (const path of UPGRADES) await opens(server.ws + path);
    for (const path of REQUESTS) expect((await fetch(server.url + path)).status).toBe(200);
  });
});

/** Resolves where the server lets it in. */
async function opens(url: string, options: WebSocket.ClientOptions = {}): Promise<void> {
  const ws = new WebSocket(url, options);
  await once(ws, 'open');
  ws.terminate();
}
