import type { Market } from '../../market/market.js';
import type { RoomMessage } from '../../rooms/message.js';
import { symbolRoom } from '../../rooms/names.js';
import { Packet } from '../../rooms/packet.js';
import type { RoomHistory } from '../../rooms/room-history.js';
import { command, type Command } from '../commands/command.js';
import type { Session } from '../sessions/session.js';
import { ReplayCommand } from './history.dto.js';
import { readStretch } from './stretch.js';

export interface ReplayNeeds {
  readonly market: Market;
  readonly history: RoomHistory;
}

/** Characters that are handed to the outbox at once: well below what a client may let wait. */
const PIECE = 64 * 1024;

/** What was said about a stretch of market time, as first sent, at the pace of the client's socket; then the answer. */
export const replayCommand = ({ market, history }: ReplayNeeds): Command =>
  command(ReplayCommand, 'read', async ({ session }, { symbol, from, to, limit, cursor, types }) => {
    const room = symbolRoom(market.instrument(symbol).symbol);
    const stretch = { room, from: Date.parse(from), to: Date.parse(to), types };
    return { data: await readStretch(history, stretch, { limit, cursor }, (messages) => send(session, messages)) };
  });

/** False where the client has gone. */
async function send(session: Session, messages: readonly RoomMessage[]): Promise<boolean> {
  for (const piece of pieces(messages)) {
    session.outbox.page(piece.map((message) => Packet.logged(message, 'replayed')));
    await session.outbox.drained();
    if (session.isClosed) return false;
  }
  return true;
}

function* pieces(messages: readonly RoomMessage[]): Generator<readonly RoomMessage[]> {
  let piece: RoomMessage[] = [];
  let size = 0;
  for (const message of messages) {
    piece.push(message);
    size += message.body.length;
    if (size < PIECE) continue;
    yield piece;
    piece = [];
    size = 0;
  }
  if (piece.length > 0) yield piece;
}
