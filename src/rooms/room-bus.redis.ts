import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Adapter } from 'socket.io-adapter';
import type { RedisChannels } from '../storage/redis-channels.js';
import type { RoomMessage } from './message.js';
import { symbolRoom } from './names.js';
import { RoomBus, type BusReceiver, type PriceMessage } from './room-bus.js';

/** Socket.IO's packet type of events. */
const EVENT = 2;
const NODE = 'node';
const NONE: ReadonlySet<string> = new Set();
/** Marks this node's own packets, which the adapter hands back to it; a symbol, as those do not travel. */
const OWN = Symbol('own');

type Said = readonly ['messages', readonly RoomMessage[]] | readonly ['price', PriceMessage];

interface BusPacket {
  readonly type: typeof EVENT;
  readonly data: Said;
  readonly [OWN]?: true;
}

/**
 * The rooms of a cluster on Socket.IO's sharded Redis adapter: an internal namespace that admits no client, and whose
 * only member is the node itself, so that a node gets what is said in rooms that it hosts, and nothing else.
 */
export class RedisRoomBus extends RoomBus {
  private readonly adapter: Adapter;
  private receiver: BusReceiver | null = null;

  constructor(private readonly channels: RedisChannels) {
    super();
    // "private" rooms are channels too: without it one whose name has 20 letters passes for a socket's id and goes to all nodes
    const make = createShardedAdapter(channels, channels, { channelPrefix: 'conclave', subscriptionMode: 'dynamic-private' });
    this.adapter = make(this.namespace()) as Adapter;
  }

  attach(receiver: BusReceiver): void {
    this.receiver = receiver;
  }

  async subscribe(room: string): Promise<void> {
    void this.adapter.addAll(NODE, new Set([room]));
    await this.channels.settled();
  }

  unsubscribe(room: string): void {
    void this.adapter.del(NODE, room);
  }

  /** What one commit said in a room goes as one packet. */
  publish(messages: readonly RoomMessage[]): void {
    if (!this.channels.open) return;
    const rooms = new Map<string, RoomMessage[]>();
    for (const message of messages) {
      const said = rooms.get(message.room);
      if (said) said.push(message);
      else rooms.set(message.room, [message]);
    }
    for (const [room, said] of rooms) this.send(room, ['messages', said]);
  }

  publishPrice(price: PriceMessage): void {
    if (this.channels.open) this.send(symbolRoom(price.update.symbol), ['price', price]);
  }

  private send(room: string, data: Said): void {
    const packet: BusPacket = { type: EVENT, data, [OWN]: true };
    // resolves once Redis has it, and never rejects: members here were handed it before
    void this.adapter.broadcast(packet, { rooms: new Set([room]), except: NONE as Set<string>, flags: {} });
  }

  private take(packet: BusPacket): void {
    if (packet[OWN] || !this.receiver) return;
    const [kind, said] = packet.data;
    if (kind === 'price') this.receiver.receivePrice(said);
    else for (const message of said) this.receiver.receive(message);
  }

  /** What of a Socket.IO namespace the adapter uses. Nothing is encoded, as nothing goes to a client. */
  private namespace(): unknown {
    const member = { id: NODE, notifyOutgoingListeners: (packet: BusPacket) => this.take(packet), client: { writeToEngine: () => undefined } };
    return {
      name: '/rooms',
      sockets: new Map([[NODE, member]]),
      server: { encoder: { encode: () => [] }, opts: {} },
    };
  }
}
