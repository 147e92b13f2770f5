import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { CodedError } from '../../model/codes.js';
import type { Batch } from '../../rooms/batch.js';
import type { Outgoing } from '../../rooms/outbox.js';
import type { Format } from '../../rooms/packet.js';
import type { Transport } from '../sessions/transport.js';

/** How long a client has to answer a close before its socket is destroyed. */
const CLOSE_WITHIN_MS = 1500;

/**
 * A raw WebSocket. Frames are written ready-made and all at once to the TCP socket below `ws`, which is safe as `ws`
 * itself writes whole frames at once; with compression each goes through `ws`.
 */
export class RawTransport implements Transport {
  /** Asked once: `ws` puts the answer together each time. */
  private readonly compressed: boolean;

  constructor(
    readonly kind: string,
    readonly format: Format,
    private readonly ws: WebSocket,
    private readonly socket: Socket,
  ) {
    this.compressed = ws.extensions !== '';
  }

  get buffered(): number {
    return this.socket.writableLength;
  }

  write(items: readonly Outgoing[]): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    if (this.compressed) return this.writeCompressed(items);
    if (items.length > 1) this.socket.cork();
    for (const item of items) {
      if (typeof item === 'function') item();
      else this.socket.write(item.frame(this.format));
    }
    if (items.length > 1) this.socket.uncork();
  }

  writeBatch(batch: Batch): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    if (this.compressed) this.writeCompressed(batch.packets());
    else this.socket.write(batch.buffer(this.format));
  }

  whenDrained(then: () => void): void {
    this.socket.once('drain', then);
  }

  ping(): void {
    if (this.ws.readyState === this.ws.OPEN) this.ws.ping();
  }

  end(error: CodedError): void {
    if (this.ws.readyState === this.ws.OPEN) {
      this.ws.send(JSON.stringify({ type: 'error', data: error.toWire(), timestamp: new Date().toISOString() }));
    }
    this.ws.close(error.row.close ?? 1013, error.code);
    setTimeout(() => this.ws.terminate(), CLOSE_WITHIN_MS).unref();
  }

  private writeCompressed(items: readonly Outgoing[]): void {
    for (const item of items) {
      if (typeof item === 'function') item();
      else this.ws.send(item.text(this.format));
    }
  }
}
