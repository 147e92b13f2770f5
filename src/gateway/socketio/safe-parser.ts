import { Decoder, Encoder, PacketType } from 'socket.io-parser';
import type { Code } from '../../model/codes.js';

/** The event under which a packet arrives that cannot be read; a symbol, so that no client can send it. */
export const BAD_PACKET = Symbol('bad packet');

/** Socket.IO's decoder, which says what is wrong with a packet instead of ending the connection. */
class SafeDecoder extends Decoder {
  override add(data: unknown): void {
    try {
      super.add(data);
    } catch {
      this.destroy(); // forget a packet whose attachments are half there
      const code: Code = typeof data === 'string' ? 'BAD_JSON' : 'BINARY_UNSUPPORTED';
      this.emitReserved('decoded', { type: PacketType.EVENT, nsp: '/', data: [BAD_PACKET, code] } as never);
    }
  }
}

export const safeParser = { Encoder, Decoder: SafeDecoder };
