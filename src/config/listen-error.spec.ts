import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { listenError } from './listen-error.js';

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

function listening(host: string, port: number): Promise<number> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

test('a port that is taken, and an address that is not this machine’s, are told with what to set', async () => {
  const port = await listening('127.0.0.1', 0);
  const taken: unknown = await listening('127.0.0.1', port).catch((error: unknown) => error);
  expect(listenError(taken, { host: '127.0.0.1', port })).toMatchObject({ message: expect.stringMatching(new RegExp(`^PORT=${port} of 127.0.0.1 is taken`)) });
  const foreign: unknown = await listening('192.0.2.1', 0).catch((error: unknown) => error);
  expect(listenError(foreign, { host: '192.0.2.1', port: 0 })).toMatchObject({ message: expect.stringContaining('HOST=192.0.2.1 is no address of this machine') });
  const other = new Error('else');
  expect(listenError(other, { host: '127.0.0.1', port })).toBe(other);
});
