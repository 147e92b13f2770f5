import type { Market } from '../../market/market.js';
import type { HostedRoom } from '../../rooms/hosted-room.js';
import { agentOf, symbolOf } from '../../rooms/names.js';
import { Packet } from '../../rooms/packet.js';
import type { AgentFeed } from '../../trading/agents/agent-feed.js';

/**
 * A room's state for those who begin at its head. Of a symbol: the last price, and the last signal while it is valid.
 * Of a trading agent: its status, its account and its positions.
 */
export class Snapshots {
  constructor(private readonly market: Market, private readonly agents: Pick<AgentFeed, 'snapshot'> | null = null) {}

  of(room: HostedRoom): readonly Packet[] {
    const symbol = symbolOf(room.name);
    if (symbol !== null) return this.ofSymbol(room, symbol);
    const agentId = agentOf(room.name);
    return agentId === null ? [] : this.ofAgent(room, agentId);
  }

  private ofSymbol(room: HostedRoom, symbol: string): readonly Packet[] {
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

  private ofAgent({ name, lastSnapshot: status }: HostedRoom, agentId: string): readonly Packet[] {
    const now = this.agents?.snapshot(agentId) ?? null;
    const at = new Date().toISOString();
    const loose = (type: string, body: string, sentAt = at): Packet => Packet.loose(type, body, sentAt, 'snapshot', name);
    const packets: Packet[] = [];
    if (status) packets.push(loose(status.type, status.body, status.sentAt));
    else if (now) packets.push(loose('agent_status', now.status));
    if (now) packets.push(loose('account_update', now.account), loose('position_update', now.positions));
    return packets;
  }
}

/** Read from the text, which may be long, without parsing the rest. */
function validUntil(body: string): number {
  const found = /"valid_until":"([^"]+)"/.exec(body)?.[1];
  return found === undefined ? 0 : Date.parse(found);
}
