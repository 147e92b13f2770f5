import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RoomMessage } from '../../src/rooms/message.js';
import type { PriceMessage, RoomBus } from '../../src/rooms/room-bus.js';
import { until } from '../support/until.js';

/** Nodes of one cluster, each with a bus of its own. */
export interface BusCluster {
  node(): Promise<{
    readonly bus: RoomBus;
    /** What reached the node, wanted or not; where the bus has packets at all. */
    packets?(): number;
  }>;
  close(): Promise<void>;
}

const message = (room: string, offset: number): RoomMessage => ({
  room, offset, epoch: 'e', messageId: `${room}:${offset}`, type: 'agent_update', body: JSON.stringify({ text: 'naïve 世界 "🚀"', offset }),
  sentAt: '2026-01-01T00:00:00.000Z',
});
const price = (symbol: string, at: number): PriceMessage => ({
  update: { symbol, price: at, volume: 1.5, change_pct: -0.25, source: 'simulated', timestamp: '2026-01-01T00:00:00.000Z' },
  sentAt: '2026-01-01T00:00:00.000Z',
});

/** What every bus must do alike. */
export function roomBusContract(name: string, open: () => Promise<BusCluster>): void {
  describe(`the room bus: ${name}`, () => {
    let cluster: BusCluster;
    beforeAll(async () => { cluster = await open(); });
    afterAll(() => cluster.close());

    /** A node, and all that its bus brought. */
    const node = async (...rooms: string[]) => {
      const { bus, packets } = await cluster.node();
      const messages: RoomMessage[] = [];
      const prices: PriceMessage[] = [];
      bus.attach({ receive: (one) => messages.push(one), receivePrice: (one) => prices.push(one) });
      await Promise.all(['fence', ...rooms].map((room) => bus.subscribe(room)));
      return { bus, packets, messages, prices, of: (room: string) => messages.filter((one) => one.room === room) };
    };
    type Node = Awaited<ReturnType<typeof node>>;

    let fences = 0;
    /** Resolves when all that `from` published before has reached the others. */
    const passed = async (from: Node, ...to: Node[]): Promise<void> => {
      const fence = message('fence', ++fences);
      from.bus.publish([fence]);
      await until(() => to.every(({ messages }) => messages.some(({ messageId }) => messageId === fence.messageId)), 'the fence');
    };

    it('brings each node what was said in its rooms, once, whole and in order', async () => {
      const [a, b, c] = [await node('symbol:A', 'symbol:B'), await node('symbol:A', 'symbol:B'), await node('symbol:B')];
      const said = Array.from({ length: 200 }, (_, at) => message(at % 3 === 0 ? 'symbol:B' : 'symbol:A', at));
      for (let at = 0; at < said.length; at += 7) a.bus.publish(said.slice(at, at + 7));
      await passed(a, b, c);
      for (const room of ['symbol:A', 'symbol:B']) expect(b.of(room)).toEqual(said.filter((one) => one.room === room));
      expect([c.of('symbol:A'), c.of('symbol:B')]).toEqual([[], said.filter(({ room }) => room === 'symbol:B')]);
    });

    it('does not hand a node what it said itself', async () => {
      const [a, b] = [await node('symbol:OWN'), await node('symbol:OWN')];
      a.bus.publish([message('symbol:OWN', 1)]);
      a.bus.publishPrice(price('OWN', 1));
      await passed(a, b);
      await passed(b, a);
      expect([a.of('symbol:OWN'), a.prices]).toEqual([[], []]);
      expect(b.of('symbol:OWN')).toHaveLength(1);
    });

    it('brings a node that hosts none of the rooms nothing at all', async () => {
      const [a, b, c] = [await node('symbol:BUSY'), await node('symbol:BUSY'), await node()];
      const before = c.packets?.() ?? 0;
      for (let at = 1; at <= 100; at++) a.bus.publish([message('symbol:BUSY', at)]);
      a.bus.publishPrice(price('BUSY', 1));
      await passed(a, b, c);
      expect(b.of('symbol:BUSY')).toHaveLength(100);
      expect(c.messages.map(({ room }) => room)).toEqual(['fence']);
      if (c.packets) expect(c.packets() - before).toBe(1);
    });

    // 20 letters are what Socket.IO takes for the id of a socket
    it.each(['symbol:ABCDEFGHIJKLM', 'client:anonymous:x', 'symbol:BTC/USD', 'agent:a#b#', 'symbol:__proto__'])('knows the room %s from all others', async (room) => {
      const [a, b, c] = [await node(room), await node(room), await node()];
      const before = c.packets?.() ?? 0;
      a.bus.publish([message(room, 1), message(room, 2)]);
      await passed(a, b, c);
      expect(b.of(room).map(({ offset }) => offset)).toEqual([1, 2]);
      if (c.packets) expect(c.packets() - before).toBe(1);
    });

    it('brings nothing of a room that was left, and again once it was joined again', async () => {
      const [a, b] = [await node(), await node('symbol:LEFT')];
      b.bus.unsubscribe('symbol:LEFT');
      await passed(b, a); // its leaving went the same way before
      a.bus.publish([message('symbol:LEFT', 1)]);
      await passed(a, b);
      await b.bus.subscribe('symbol:LEFT');
      a.bus.publish([message('symbol:LEFT', 2)]);
      await passed(a, b);
      expect(b.of('symbol:LEFT').map(({ offset }) => offset)).toEqual([2]);
    });

    it('brings what is said right after a subscription is confirmed', async () => {
      const [a, b] = [await node(), await node()];
      for (let at = 0; at < 50; at++) {
        await b.bus.subscribe(`symbol:NEW${at}`);
        a.bus.publish([message(`symbol:NEW${at}`, 1)]);
      }
      await passed(a, b);
      expect(b.messages.filter(({ room }) => room !== 'fence')).toHaveLength(50);
    });

    it('brings prices to the members of their symbol\'s room, with all that they carry', async () => {
      const [a, b, c] = [await node('symbol:BTC/USD'), await node('symbol:BTC/USD'), await node('symbol:AAPL')];
      const sent = [1, 2, 3].map((at) => ({ ...price('BTC/USD', at), term: at }));
      for (const one of sent) a.bus.publishPrice(one);
      await passed(a, b, c);
      expect(b.prices).toEqual(sent);
      expect(c.prices).toEqual([]);
    });
  });
}
