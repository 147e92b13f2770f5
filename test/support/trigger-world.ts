import { randomUUID } from 'node:crypto';
import { EventDesk } from '../../src/groups/events/event-desk.js';
import { GroupStore } from '../../src/groups/group-store.js';
import { openTrigger, type OpenTriggerNeeds } from '../../src/groups/triggers/open-trigger.js';
import { TriggerIntake } from '../../src/groups/triggers/trigger-intake.js';
import { TriggerKinds } from '../../src/groups/triggers/trigger-kinds.js';
import { TriggerStore } from '../../src/groups/triggers/trigger-store.js';
import { TriggerWork, type TriggerWorkNeeds } from '../../src/groups/triggers/trigger-work.js';
import type { IndicatorNames } from '../../src/groups/triggers/kinds/indicator.js';
import { Hub } from '../../src/rooms/hub.js';
import { MemoryRoomBus } from '../../src/rooms/room-bus.memory.js';
import { RoomLog } from '../../src/rooms/room-log.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import type { TriggerKind } from '../../src/model/wire/groups.js';
import type { TriggersTable } from '../../src/storage/groups-schema.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import type { FreshDatabase } from './databases.js';

export const GROUP = 'trade_btc';
/** When triggers are made, wall time. */
export const CREATED = Date.UTC(2026, 1, 3, 12);

const group = (name: string): object => ({
  group_id: randomUUID(), name, market: 'crypto', symbol: 'BTC/USD', interval: '1m', leverage: 1, margin_usd: '100', position_mode: 'oneway', account_id: 'paper',
  token_hash: null, acks: 0, form: 'type', connection_id: null, node: null, connected_at: null, seen_at: null, created_at: CREATED, updated_at: CREATED, deleted_at: null,
});

/** What triggers have around them on a node, on a database that outlives it. */
export class TriggerWorld {
  readonly faults: unknown[] = [];
  /** All that were made and not taken out. */
  readonly works: TriggerWork[] = [];
  readonly writer: RoomWriter;
  readonly intake: TriggerIntake;
  readonly store: TriggerStore;
  readonly log: RoomLog;

  constructor(readonly db: FreshDatabase, frameBytes = 65_536) {
    this.log = new RoomLog(db.kysely);
    const bus = new MemoryRoomBus();
    this.writer = new RoomWriter(db.kysely, this.log, new Hub(this.log, bus, (error) => this.faults.push(error)), bus, isUnavailable);
    this.store = new TriggerStore(db.kysely);
    const groups = new GroupStore(db.kysely);
    const events = new EventDesk({ db: db.kysely, groups, writer: this.writer, dispatch: () => {} });
    this.intake = new TriggerIntake({ db: db.kysely, events, groups, frameBytes });
  }

  /** With a group. */
  static async open(db: FreshDatabase): Promise<TriggerWorld> {
    const world = new TriggerWorld(db);
    await world.group();
    return world;
  }

  /** Ends what runs, and the database; resolves with what went wrong. */
  async end(): Promise<readonly unknown[]> {
    await Promise.all(this.works.splice(0).map((work) => work.stop()));
    await this.db.drop();
    return this.faults;
  }

  async group(name = GROUP): Promise<void> {
    await this.db.kysely.insertInto('groups').values(group(name) as never).execute();
  }

  /** Resolves with the trigger's id. */
  async trigger(name: string, kind: TriggerKind, config: object, more: Partial<TriggersTable> = {}): Promise<string> {
    const id = randomUUID();
    await this.db.kysely.insertInto('triggers').values({
      trigger_id: id, name, kind, config: JSON.stringify({ targets: [GROUP], ...config }), enabled: 1, token_hash: null, secret: null, connection_id: null, node: null,
      connected_at: null, seen_at: null, state: null, last_event_at: null, last_error: null, created_at: CREATED, ...more,
    }).execute();
    return id;
  }

  row(name: string): Promise<TriggersTable> {
    return this.db.kysely.selectFrom('triggers').selectAll().where('name', '=', name).executeTakeFirstOrThrow();
  }

  work(market: OpenTriggerNeeds['market'] & IndicatorNames, more: Partial<TriggerWorkNeeds> = {}, open: Partial<OpenTriggerNeeds> = {}): TriggerWork {
    const needs = { db: this.db.kysely, market, symbolsIn: () => [], agent: 'conclave/test', ...open };
    const work = new TriggerWork({
      store: this.store, kinds: new TriggerKinds(market), intake: this.intake, writer: this.writer,
      open: (row, config, outlet) => openTrigger(row, config, outlet, needs),
      leads: () => true, term: () => null, fence: async () => {}, marketNow: () => market.now(), tell: () => {}, onFault: (error) => this.faults.push(error), retryMs: 0, ...more,
    });
    this.works.push(work);
    return work;
  }

  /** Titles of all events, the oldest first. */
  async titles(): Promise<string[]> {
    return (await this.events()).map(({ title }) => title);
  }

  async events(): Promise<{ title: string; payload: string; source_id: string; event_key: string | null; priority: number; tags: string }[]> {
    return this.db.kysely.selectFrom('group_events').select(['title', 'payload', 'source_id', 'event_key', 'priority', 'tags']).orderBy('event_id').execute();
  }

  /** What was said to all. */
  async alerts(): Promise<string[]> {
    const said = await this.db.kysely.selectFrom('room_messages').select('body').where('type', '=', 'system_alert').orderBy('offset').execute();
    return said.map(({ body }) => (JSON.parse(body) as { message: string }).message);
  }
}
