import { randomUUID } from 'node:crypto';
import { CodedError } from '../../../src/model/codes.js';
import { RedisRoomBus } from '../../../src/rooms/room-bus.redis.js';
import { openDatabase, type Database } from '../../../src/storage/database.js';
import type { RedisLink } from '../../../src/storage/redis.js';
import { openedLink } from '../../support/redis-links.js';
import { roomNode, type RoomNode } from '../../support/room-node.js';
import { until } from '../../support/until.js';

const EVERY_MS = 5;
/** Words under way above which no more are begun: a database that is away is not buried. */
const MOST_UNDER_WAY = 2000;

export interface WriterOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly rooms: readonly string[];
  readonly perSecond: number;
  /** Of a message's body. */
  readonly bytes?: number;
}

/**
 * A node of the cluster that has no clients and only talks: the product's own writer and bus, so many messages a second,
 * to one room after the other. It remembers what was acknowledged.
 */
export class Writer {
  /** Offsets by message id. */
  readonly acknowledged = new Map<string, number>();
  refused = 0;
  private timer: NodeJS.Timeout | undefined;
  private underWay = 0;
  readonly unexpected: Error[] = [];

  private constructor(readonly database: Database, private readonly link: RedisLink, private readonly node: RoomNode, private readonly options: WriterOptions) {}

  static async open(options: WriterOptions): Promise<Writer> {
    const database = await openDatabase({ dataDir: '', databaseUrl: options.databaseUrl, redisUrl: options.redisUrl });
    const { link } = await openedLink(options.redisUrl);
    return new Writer(database, link, roomNode(database, new RedisRoomBus(link.channels)), options);
  }

  start(): void {
    const { rooms, perSecond, bytes = 300 } = this.options;
    const padding = 'x'.repeat(bytes);
    const began = performance.now();
    let said = 0;
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      for (; said < due; said += 1) if (this.underWay < MOST_UNDER_WAY) this.say(rooms[said % rooms.length]!, padding);
    }, EVERY_MS);
  }

  /** Resolves when all that was begun has an answer. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await until(() => this.underWay === 0, 'the answers to what was said', 60_000);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.link.close();
    await this.database.close();
  }

  private say(room: string, padding: string): void {
    const messageId = `load:${randomUUID()}`;
    this.underWay += 1;
    this.node.writer.say({ messages: [{ room, messageId, type: 'agent_update', body: `{"t":${performance.now()},"padding":"${padding}"}` }] })
      .then(([message]) => void this.acknowledged.set(messageId, message!.offset), (error: Error) => {
        this.refused += 1;
        if (!(error instanceof CodedError)) this.unexpected.push(error);
      })
      .finally(() => { this.underWay -= 1; });
  }
}
