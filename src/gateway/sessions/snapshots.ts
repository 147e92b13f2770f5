import type { Market } from '../../market/market.js';
import type { HostedRoom } from '../../rooms/hosted-room.js';
import { symbolOf } from '../../rooms/names.js';
import { Packet } from '../../rooms/packet.js';

/** A room's state for those who begin at its head: the last price, and the last signal while it is valid. */
export class Snapshots {
  constructor(private readonly market: Market) {}

  of(room: HostedRoom): readonly Packet[] {
    const symbol = symbolOf(room.name);
    if (symbol === null) return [];
    const now = new Date().toISOString();
    const packets: Packet[] = [];
    const price = this.market.lastPrice(symbol);
    if (price) packets.push(Packet.price(price, now, room.name, 'snapshot'));
    const signal = room.lastSnapshot;
    if (signal && validUntil(signal.body) > this.market.now()) {
      packets.push(Packet.loose(signal.type, signal.body, signal.sentAt, 'snapshot', room.name));
    }
    return packets;
  }
}

/** Read from the text, which may be long, without parsing the rest. */
function validUntil(body: string): number {
  const found = /"valid_until":"([^"]+)"/.exec(body)?.[1];
  return found === undefined ? 0 : Date.parse(found);
}
