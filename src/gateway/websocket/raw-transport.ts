import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Code, CodedError } from '../../model/codes.js';
import type { Batch } from '../../rooms/batch.js';
import type { Outgoing } from '../../rooms/outbox.js';
import { Packet, type Format } from '../../rooms/packet.js';
import type { Transport } from '../sessions/transport.js';

/** How long a client has to answer a close before its socket is destroyed. */
const CLOSE_WITHIN_MS = 1500;

/**
 * A raw WebSocket. Frames are written ready-made, compressed ones too, and all at once to the TCP socket below `ws`,
 * which is safe as `ws` itself writes whole frames at once.
 */
export class RawTransport implements Transport {
  constructor(
    readonly kind: string,
    readonly format: Format,
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    /** Close codes of this path that differ from those of the table. */
    private readonly closes: Readonly<Partial<Record<Code, number>>> = {},
    private readonly errorPacket: (error: CodedError) => Packet = (error) => Packet.loose('error', JSON.stringify(error.toWire()), new Date().toISOString()),
  ) {}

  get buffered(): number {
    return this.socket.writableLength;
  }

  write(items: readonly Outgoing[]): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    if (items.length > 1) this.socket.cork();
    for (const item of items) {
      if (typeof item === 'function') item();
      else this.socket.write(item.frame(this.format));
    }
    if (items.length > 1) this.socket.uncork();
  }

  writeBatch(batch: Batch): void {
    if (this.ws.readyState === this.ws.OPEN) this.socket.write(batch.buffer(this.format));
  }

  whenDrained(then: () => void): void {
    this.socket.once('drain', then);
  }

  ping(): void {
    if (this.ws.readyState === this.ws.OPEN) this.ws.ping();
  }

  end(error: CodedError): void {
    this.write([this.errorPacket(error)]);
    this.ws.close(this.closes[error.code] ?? error.row.close ?? 1013, error.code);
    setTimeout(() => this.ws.terminate(), CLOSE_WITHIN_MS).unref();
  }
}
