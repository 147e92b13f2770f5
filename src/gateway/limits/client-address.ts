import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/** The address of whoever made a request; undefined where its socket has gone already. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/**
 * Behind a trusted proxy, the last address in X-Forwarded-For that is not a trusted proxy's; else the peer's own, whatever
 * the header says. What a proxy hands on that is no address counts as the proxy's.
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trust = proxyAddr.compile(trustedProxies);
  return (request) => {
    const peer = request.socket.remoteAddress;
    if (peer === undefined) return undefined;
    const address = proxyAddr(request, trust);
    return isIP(address) ? address : peer;
  };
}
