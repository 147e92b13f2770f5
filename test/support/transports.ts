import { RawClient, type Frame } from './raw-client.js';
import type { TestServer } from './server.js';
import { SocketIoClient } from './socketio-client.js';

export type Client = RawClient | SocketIoClient;

/** What a client says about itself on connecting. */
export interface Introduction {
  readonly token?: string;
  readonly clientId?: string;
  readonly since?: Record<string, unknown>;
}

export interface Transport {
  readonly name: string;
  /** Over it the server can close with a code. */
  readonly webSocket: boolean;
  connect(server: TestServer, as?: Introduction): Promise<Client>;
}

const socketIo = (name: string, transports: string[]): Transport => ({
  name,
  webSocket: transports[0] === 'websocket',
  connect: (server, { token, clientId, since } = {}) =>
    SocketIoClient.open(server.url, { transports, auth: { token, client_id: clientId, since } }),
});

const RAW: Transport = {
  name: 'a raw WebSocket',
  webSocket: true,
  connect: (server, { token, clientId, since } = {}) => {
    const query = new URLSearchParams({
      ...(clientId === undefined ? {} : { client_id: clientId }),
      ...(since === undefined ? {} : { since: JSON.stringify(since) }),
    });
    return RawClient.open(`${server.ws}/ws/signals?${query}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  },
};

/** Every way to `subscribe` and its like; the contract is the same on all. */
export const TRANSPORTS: readonly Transport[] = [
  RAW,
  socketIo('Socket.IO over WebSocket', ['websocket']),
  socketIo('Socket.IO that begins with polling', ['polling', 'websocket']),
];

/** Something that is not JSON where JSON is due. */
export function sendGarbage(client: Client): void {
  if (client instanceof RawClient) client.send('{"type":"ping",');
  else client.below.write('2["ping",');
}

export function sendBinary(client: Client): void {
  if (client instanceof RawClient) client.ws.send(Buffer.from('{"type":"ping"}'));
  else client.below.write(Buffer.from('2["ping"]'));
}

/** The refusals that answer no command by name. */
export const refusals = (client: Client): Frame[] => client.frames.filter(({ type, id }) => type === 'error' && id === undefined);

export interface Ending {
  /** Of the last error that the server said. */
  readonly code: string | undefined;
  readonly retryable: boolean | undefined;
  /** The WebSocket's close code; 0 where Socket.IO shows none. */
  readonly close: number;
  /** Socket.IO's reason, or the raw close's. */
  readonly reason: string;
}

/** How the server ended the connection. */
export async function ending(client: Client): Promise<Ending> {
  const { code: close, reason } = await client.end();
  const said = refusals(client).at(-1)?.data as { code: string; retryable: boolean } | undefined;
  return { code: said?.code, retryable: said?.retryable, close, reason };
}

/** The close that a terminal code makes: the code's own on a raw socket, Socket.IO's disconnection otherwise. */
export const terminalClose = (client: Client, code: number): Partial<Ending> =>
  client instanceof RawClient ? { close: code } : { reason: 'io server disconnect' };
