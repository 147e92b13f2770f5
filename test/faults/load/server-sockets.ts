import { readFileSync } from 'node:fs';

const ESTABLISHED = '01';

/** Ports of the clients whose connections to this port still stand on the server's side, by the kernel's own table (Linux). */
export function standing(serverPort: number): Set<number> {
  const found = new Set<number>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'latin1').split('\n').slice(1)) {
      const [, local, remote, state] = line.trim().split(/\s+/);
      if (state === ESTABLISHED && portOf(local!) === serverPort) found.add(portOf(remote!));
    }
  }
  return found;
}

const portOf = (address: string): number => parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
