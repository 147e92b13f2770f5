import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the system gives to outgoing connections: a server that is restarted must find its port as it left it. */
const [FIRST, LAST] = [12_000, 32_000];

/** A port of 127.0.0.1 that nobody listens on, for servers that cannot choose one themselves. */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const server = createServer().listen(port, '127.0.0.1');
    const taken = await Promise.race([once(server, 'listening').then(() => false), once(server, 'error').then(() => true)]);
    if (taken) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
