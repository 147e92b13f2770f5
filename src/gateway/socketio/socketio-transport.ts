import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';
import type { WebSocket } from 'ws';
import type { CodedError } from '../../model/codes.js';
import type { Batch } from '../../rooms/batch.js';
import type { Outgoing } from '../../rooms/outbox.js';
import { Packet } from '../../rooms/packet.js';
import type { Transport } from '../sessions/transport.js';

/** engine.io's connection, with the parts that its types hide. */
interface Engine {
  readonly transport: { readonly name: string; readonly writable: boolean; readonly socket?: WebSocket & { readonly _socket: TcpSocket | null } };
  readonly upgrading: boolean;
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  readonly readyState: string;
  write(data: string): unknown;
  once(event: 'drain', then: () => void): unknown;
  close(discard?: boolean): unknown;
}

const CLOSE_WITHIN_MS = 1500;

/**
 * Socket.IO's connection. On an open WebSocket, ready-made frames go straight to the TCP socket, all at once; over
 * polling, during an upgrade, and behind anything that engine.io still holds, packets go engine.io's own way, so that
 * their order stands.
 */
export class SocketIoTransport implements Transport {
  readonly kind = 'socketio';
  readonly format = 'socketio';
  private readonly engine: Engine;
  private tcp: TcpSocket | null = null;

  constructor(private readonly socket: Socket) {
    this.engine = socket.conn as unknown as Engine;
  }

  get buffered(): number {
    let held = this.direct()?.writableLength ?? 0;
    for (const { data } of this.engine.writeBuffer) if (typeof data === 'string') held += data.length;
    return held;
  }

  write(items: readonly Outgoing[]): void {
    if (this.engine.readyState !== 'open') return;
    let corked: TcpSocket | null = null;
    for (const item of items) {
      if (typeof item === 'function') {
        item();
        continue;
      }
      const tcp = this.engine.writeBuffer.length === 0 ? this.direct() : null;
      if (!tcp) this.engine.write(item.text('socketio'));
      else {
        if (!corked && items.length > 1) (corked = tcp).cork();
        tcp.write(item.frame('socketio'));
      }
    }
    corked?.uncork();
  }

  writeBatch(batch: Batch): void {
    if (this.engine.readyState !== 'open') return;
    const tcp = this.engine.writeBuffer.length === 0 ? this.direct() : null;
    if (tcp) tcp.write(batch.buffer('socketio'));
    else this.write(batch.packets());
  }

  whenDrained(then: () => void): void {
    const tcp = this.direct();
    if (tcp && tcp.writableNeedDrain) tcp.once('drain', then);
    else this.engine.once('drain', then);
  }

  /** engine.io pings by itself. */
  ping(): void {}

  end(error: CodedError): void {
    this.write([Packet.loose('error', JSON.stringify(error.toWire()), new Date().toISOString())]);
    // Socket.IO's own farewell keeps a client away; without it, it comes back by itself
    if (!error.row.retryable) this.socket.disconnect();
    const ws = this.engine.transport.name === 'websocket' ? this.engine.transport.socket : undefined;
    const close = (): void => (ws ? ws.close(error.row.close ?? 1013, error.code) : void this.engine.close());
    if (this.engine.writeBuffer.length === 0) close();
    else this.engine.once('drain', close); // what was said before must not be lost
    setTimeout(() => {
      ws?.terminate();
      this.engine.close(true); // one that does not poll would keep what waits for it
    }, CLOSE_WITHIN_MS).unref();
  }

  /** The TCP socket below an open WebSocket; null while engine.io has to be asked. */
  private direct(): TcpSocket | null {
    if (this.tcp !== null) return this.tcp.destroyed ? null : this.tcp;
    const { transport, upgrading } = this.engine;
    if (transport.name !== 'websocket' || upgrading || transport.socket?.readyState !== 1) return null;
    return (this.tcp = transport.socket._socket); // from a WebSocket there is no way back to polling
  }
}
