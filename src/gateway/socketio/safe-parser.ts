import { EventEmitter } from 'node:events';
import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';
import type { Code } from '../../model/codes.js';

/** The event under which a packet arrives that cannot be read; a symbol, so that no client can send it. */
export const BAD_PACKET = Symbol('bad packet');

const NAMESPACE = '/';

/**
 * Socket.IO's decoder, which says what is wrong with a packet instead of ending the connection. A second CONNECT is
 * wrong too: while the first is still being admitted, Socket.IO would make another session of it.
 */
class SafeDecoder extends EventEmitter {
  private readonly decoder = new Decoder();
  private connected = false;

  constructor() {
    super();
    this.decoder.on('decoded', (packet: Packet) => this.emit('decoded', this.inOrder(packet) ? packet : badPacket('BAD_JSON')));
  }

  add(data: unknown): void {
    try {
      this.decoder.add(data);
    } catch {
      this.decoder.destroy(); // forget a packet whose attachments are half there
      this.emit('decoded', badPacket(typeof data === 'object' ? 'BINARY_UNSUPPORTED' : 'BAD_JSON'));
    }
  }

  destroy(): void {
    this.decoder.destroy();
  }

  /** May this packet come now? Another namespace may be asked for, and is refused by Socket.IO itself. */
  private inOrder({ type, nsp }: Packet): boolean {
    if (type === PacketType.CONNECT_ERROR) return false;
    if (nsp !== NAMESPACE) return type === PacketType.CONNECT;
    const inOrder = type !== PacketType.CONNECT || !this.connected;
    this.connected = type !== PacketType.DISCONNECT;
    return inOrder;
  }
}

const badPacket = (code: Code): Packet => ({ type: PacketType.EVENT, nsp: NAMESPACE, data: [BAD_PACKET, code] });

export const safeParser = { Encoder, Decoder: SafeDecoder };
