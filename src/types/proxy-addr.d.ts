/** What is used of https://www.npmjs.com/package/proxy-addr, which brings no types of its own. */
declare module 'proxy-addr' {
  import type { IncomingMessage } from 'node:http';

  type Trust = (address: string, hop: number) => boolean;

  /** The first address, from the socket's peer on through X-Forwarded-For from its end, that is not trusted; the last where all are. */
  function proxyAddr(request: IncomingMessage, trust: Trust): string;

  namespace proxyAddr {
    /** @throws TypeError where one is neither an address, a network nor a known name */
    function compile(trusted: readonly string[]): Trust;
  }

  export default proxyAddr;
}
