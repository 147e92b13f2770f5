import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { RawClient } from '../support/raw-client.js';
import { answerOf } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';
import { ending } from '../support/transports.js';

let server: TestServer;
let keys: Server;
let key: JWK;
let authorization: string;
let away = true;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  key = { ...await exportJWK(publicKey), kid: 'k' };
  authorization = `Bearer ${await new SignJWT({ scope: 'read' }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setSubject('alice').setExpirationTime('1h').sign(privateKey)}`;
  keys = createServer((_request, response) => {
    if (away) response.writeHead(500).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }));
  }).listen(0, '127.0.0.1');
  await once(keys, 'listening');
  server = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`, SYMBOLS: 'AAPL' });
});
afterAll(async () => {
  keys.close();
  await cleanUp();
});

it('says NOT_READY while the keys of tokens cannot be read, and lets clients in when they can', async () => {
  const notReady = { code: 'NOT_READY', retryable: true };
  const raw = await RawClient.open(`${server.ws}/ws/signals`, { headers: { authorization } });
  expect(await ending(raw)).toMatchObject({ ...notReady, close: 1013 });
  const late = await RawClient.open(`${server.ws}/ws/signals`);
  expect(await late.ask('authenticate', { token: authorization.slice(7) })).toMatchObject({ type: 'error', data: notReady });
  expect(await answerOf(`${server.url}/api/symbols`, { headers: { authorization } })).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^[1-9]/), body: { code: 'NOT_READY' } });

  const options = { auth: { token: authorization.slice(7) }, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100 };
  const socketIo = SocketIoClient.opening(server.url, options);
  await socketIo.attempts(2); // refused, it tries again by itself
  away = false;
  await socketIo.back();
  expect((await socketIo.ask('subscribe', { symbol: 'AAPL' })).type).toBe('ack');
  expect(await late.ask('authenticate', { token: authorization.slice(7) })).toMatchObject({ data: { subject: 'alice' } });
  socketIo.close();
  late.close();
});
