import { MemoryRoomBus } from '../../src/rooms/room-bus.memory.js';
import { RedisRoomBus } from '../../src/rooms/room-bus.redis.js';
import type { RedisLink } from '../../src/storage/redis.js';
import { openedLink } from '../support/redis-links.js';
import { RedisServer } from '../support/redis-server.js';
import { roomBusContract } from './room-bus.contract.js';

roomBusContract('memory', async () => {
  const nodes = new Set<MemoryRoomBus>();
  return { node: async () => ({ bus: new MemoryRoomBus(nodes) }), close: async () => undefined };
});

roomBusContract('redis', async () => {
  const server = await RedisServer.start();
  const links: RedisLink[] = [];
  return {
    async node() {
      const { link } = await openedLink(server.url);
      links.push(link);
      let packets = 0;
      link.channels.on('smessageBuffer', () => { packets += 1; });
      return { bus: new RedisRoomBus(link.channels), packets: () => packets };
    },
    async close() {
      for (const link of links) link.close();
      await server.remove();
    },
  };
});
