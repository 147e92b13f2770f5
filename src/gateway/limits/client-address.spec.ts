import { expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { clientAddress } from './client-address.js';

const request = (peer: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress: peer }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

it.each([
  ['nobody is trusted', [], '10.0.0.1', '1.2.3.4', '10.0.0.1'],
  ['the peer is not', ['10.0.0.1'], '10.0.0.2', '1.2.3.4', '10.0.0.2'],
  ['the peer is', ['10.0.0.1'], '10.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['a client wrote its own before the proxy did', ['10.0.0.1'], '10.0.0.1', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
  ['there are two proxies', ['10.0.0.0/8'], '10.0.0.1', '9.9.9.9, 1.2.3.4, 10.0.0.7', '1.2.3.4'],
  ['only one of them is trusted', ['10.0.0.1'], '10.0.0.1', '1.2.3.4, 10.0.0.7', '10.0.0.7'],
  ['the peer is in a named network, as IPv6 writes it', ['uniquelocal'], '::ffff:172.18.0.2', '2001:db8::7', '2001:db8::7'],
  ['the proxy says nothing', ['loopback'], '127.0.0.1', undefined, '127.0.0.1'],
  ['the proxy hands on what is no address', ['loopback'], '127.0.0.1', 'unknown', '127.0.0.1'],
  ['all are proxies', ['loopback', '10.0.0.0/8'], '127.0.0.1', '10.0.0.9', '10.0.0.9'],
] as const)('where %s', (_when, trusted, peer, forwarded, address) => {
  expect(clientAddress(trusted)(request(peer, forwarded))).toBe(address);
});

it('is unknown once the socket has gone', () => {
  expect(clientAddress(['loopback'])(request(undefined, '1.2.3.4'))).toBeUndefined();
});
