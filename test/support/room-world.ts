import { sql } from 'kysely';
import type { Market } from '../../src/market/market.js';
import type { HostedRoom } from '../../src/rooms/hosted-room.js';
import { Hub } from '../../src/rooms/hub.js';
import type { RoomMessage } from '../../src/rooms/message.js';
import { symbolOf } from '../../src/rooms/names.js';
import { RoomBus } from '../../src/rooms/room-bus.js';
import { RoomLog } from '../../src/rooms/room-log.js';
import { Snapshots } from '../../src/gateway/sessions/snapshots.js';
import type { Database } from '../../src/storage/database.js';
import { SteppedLoop } from './recording-wire.js';

/** A log whose answers are made when they are asked for, and come when the test lets them pass. */
export class GatedLog extends RoomLog {
  gated = false;
  private readonly gates: (() => void)[] = [];

  override open(...asked: Parameters<RoomLog['open']>): ReturnType<RoomLog['open']> {
    return this.gate(super.open(...asked));
  }

  override read(...asked: Parameters<RoomLog['read']>): ReturnType<RoomLog['read']> {
    return this.gate(super.read(...asked));
  }

  override oldest(...asked: Parameters<RoomLog['oldest']>): ReturnType<RoomLog['oldest']> {
    return this.gate(super.oldest(...asked));
  }

  override lastOf(...asked: Parameters<RoomLog['lastOf']>): ReturnType<RoomLog['lastOf']> {
    return this.gate(super.lastOf(...asked));
  }

  override find(...asked: Parameters<RoomLog['find']>): ReturnType<RoomLog['find']> {
    return this.gate(super.find(...asked));
  }

  get held(): number {
    return this.gates.length;
  }

  pass(which: number): void {
    this.gates.splice(which % Math.max(this.gates.length, 1), 1)[0]?.();
  }

  private async gate<T>(answer: Promise<T>): Promise<T> {
    const made = await answer;
    if (this.gated) await new Promise<void>((pass) => this.gates.push(pass));
    return made;
  }
}

/** Knows who listens. */
class ListeningBus extends RoomBus {
  readonly rooms = new Set<string>();
  attach(): void {}
  async subscribe(room: string): Promise<void> {
    this.rooms.add(room);
  }
  unsubscribe(room: string): void {
    this.rooms.delete(room);
  }
  publish(): void {}
  publishPrice(): void {}
}

/** What a panel says about a symbol, one message after the other, and then its end. */
export interface SaidRun {
  readonly id: string;
  readonly ids: readonly string[];
  readonly endId: string;
  said: number;
}

const VOTES = 6;
let worlds = 0;

/**
 * Rooms over a real log, as one node of several sees them: others write to the log, and what they publish reaches this
 * node late, twice, in another order or never.
 */
export class RoomWorld {
  readonly loop = new SteppedLoop();
  readonly bus = new ListeningBus();
  readonly log: GatedLog;
  readonly hub: Hub;
  readonly rooms: readonly string[];
  readonly snapshots: Snapshots;
  readonly faults: Error[] = [];
  /** What is in the log, by room. */
  readonly truth = new Map<string, RoomMessage[]>();
  readonly epochs = new Map<string, string>();
  /** Published and not here yet. */
  readonly underway: RoomMessage[] = [];
  readonly prices = new Map<string, number>();
  private readonly runs = new Map<string, SaidRun>();
  private readonly writing: RoomLog;
  private count = 0;

  private constructor(private readonly db: Database, rooms: number) {
    const world = (worlds += 1);
    this.rooms = Array.from({ length: rooms }, (_, at) => `symbol:W${world}-${at}`);
    this.writing = new RoomLog(db.kysely);
    this.log = new GatedLog(db.kysely);
    this.hub = new Hub(this.log, this.bus, (fault) => this.faults.push(fault));
    const lastPrice = (symbol: string): unknown => this.priceOf(symbol);
    this.snapshots = new Snapshots({ lastPrice, now: () => 0 } as Market);
    for (const room of this.rooms) {
      this.truth.set(room, []);
      this.prices.set(room, 1);
    }
  }

  static async of(db: Database, rooms: number): Promise<RoomWorld> {
    const world = new RoomWorld(db, rooms);
    for (const [room, { epoch }] of await world.writing.open(world.rooms)) world.epochs.set(room, epoch);
    return world;
  }

  /** For speed: what is written here need not outlive a power cut. */
  static async unsynced({ kysely }: Database): Promise<void> {
    await sql`pragma synchronous = off`.execute(kysely);
  }

  /** The run that the room's panel is at; the next one where there is none. */
  run(room: string): { run: SaidRun; shared: boolean } {
    const under = this.runs.get(room);
    if (under) return { run: under, shared: true };
    const id = `${room}:run${(this.count += 1)}`;
    const run = { id, ids: Array.from({ length: VOTES }, (_, at) => `${id}:${at}`), endId: `${id}:signal`, said: 0 };
    this.runs.set(room, run);
    return { run, shared: false };
  }

  /** Logs a vote of the room's run where one is open, else something of another kind. */
  async say(room: string, type: string): Promise<RoomMessage> {
    const run = this.runs.get(room);
    const id = run?.ids[run.said];
    if (run && id) run.said += 1;
    return this.append(room, id ?? `${room}:other${(this.count += 1)}`, type);
  }

  async end(room: string): Promise<RoomMessage | null> {
    const run = this.runs.get(room);
    if (!run) return null;
    this.runs.delete(room);
    return this.append(room, run.endId, 'signal_update');
  }

  price(room: string): void {
    const next = this.prices.get(room)! + 1;
    this.prices.set(room, next);
    this.hub.receivePrice({ update: this.priceOf(symbolOf(room)!), sentAt: '2026-01-01T00:00:00.000Z' });
  }

  hosted(room: string): Promise<readonly HostedRoom[]> {
    return this.hub.host([room]);
  }

  /** The bus brings it, where somebody listens. */
  bring(message: RoomMessage): void {
    if (this.bus.rooms.has(message.room)) this.hub.receive(message);
  }

  async heal(room: string): Promise<void> {
    if (!this.bus.rooms.has(room)) return;
    const [hosted] = await this.hub.host([room]);
    await hosted!.heal();
    this.hub.release(hosted!);
  }

  async append(room: string, messageId: string, type: string): Promise<RoomMessage> {
    const body = JSON.stringify({ id: messageId, valid_until: '2100-01-01T00:00:00.000Z' });
    const message = { room, messageId, type, body };
    const [said] = await this.db.kysely.transaction().execute((tx) => this.writing.append(tx, [message], '2026-01-01T00:00:00.000Z'));
    this.truth.get(room)!.push(said!);
    return said!;
  }

  private priceOf(symbol: string) {
    return { symbol, price: this.prices.get(`symbol:${symbol}`)!, volume: 1, change_pct: null, source: 'test', timestamp: '2026-01-01T00:00:00.000Z' };
  }
}
