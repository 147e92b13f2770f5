import type { AccountConfig } from '../../src/config/config.js';
import type { Answer } from '../../src/groups/answer.js';
import type { EventFrame } from '../../src/groups/events/event.js';
import { EventDesk } from '../../src/groups/events/event-desk.js';
import { eventFrame } from '../../src/groups/events/event.js';
import { eventOf } from '../../src/groups/events/event-row.js';
import type { Group } from '../../src/groups/group.js';
import { GroupStore } from '../../src/groups/group-store.js';
import { Answers } from '../../src/groups/trades/answers.js';
import { OrderUpdates } from '../../src/groups/trades/order-updates.js';
import { PostTrades } from '../../src/groups/trades/post-trades.js';
import { TradeOutcomes } from '../../src/groups/trades/trade-outcomes.js';
import { TradeRows } from '../../src/groups/trades/trade-rows.js';
import { TradeWork } from '../../src/groups/trades/trade-work.js';
import type { Channels } from '../../src/storage/channels.js';
import type { Database } from '../../src/storage/database.js';
import { makeGroup } from './group-world.js';
import { HandFeed, instrumentOf } from './hand-feed.js';
import { accountOf, paperWorld, tradingWorld, type BrokerFor, type TradingWorld } from './trading-world.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);

export interface TradesOptions {
  readonly accounts?: readonly AccountConfig[];
  /** This node trades; else another does. */
  readonly trades?: () => boolean;
  readonly channels?: Channels;
  readonly patienceMs?: number;
  /** The first bar's place: a node that comes after another goes on where that was. */
  readonly bar?: number;
  /** Instead of paper. */
  readonly brokerFor?: BrokerFor;
}

export const perpetual = (id: string): AccountConfig => accountOf(id, {
  mode: 'perpetual', currency: 'USDT', balance: 1e6, maxLeverage: 10, limits: { ...accountOf('x').limits, maxPosition: 10, maxExposure: 10, maxConcentration: 10, maxDailyLoss: 1, maxDrawdown: 1, ordersPerMinute: 1e5 },
});

/** Trades of groups on paper accounts, wired as the modules do: BTCUSDT and ETHUSDT, a candle each minute. */
export async function tradesWorld(db: Database, { accounts = [perpetual('main')], trades = () => true, channels, patienceMs = 10_000, bar = 0, brokerFor }: TradesOptions = {}) {
  const feed = new HandFeed([instrumentOf('BTCUSDT'), instrumentOf('ETHUSDT')], '1m');
  const world: TradingWorld = await (brokerFor ? tradingWorld(db, { feed, accounts, isHeld: trades, brokerFor }) : paperWorld(db, { feed, accounts, isHeld: trades }));
  const groups = new GroupStore(db.kysely);
  const said: string[] = [];
  const events = new EventDesk({ db: db.kysely, groups, writer: world.writer, dispatch: ({ eventType }) => void said.push(eventType) });
  const onFault = (error: unknown): void => void world.errors.push(error);
  const [rows, answers] = [new TradeRows(db.kysely), new Answers()];
  const outcomes = new TradeOutcomes(rows, world.desks);
  const updates = new OrderUpdates({ db: db.kysely, rows, groups, events, trading: world.desks, answers, onFault });
  const work = new TradeWork({ rows, outcomes, updates, trading: world.desks, answers, channels: channels ?? null, onFault });
  const posts = new PostTrades({ rows, groups, events, market: world.market, trading: world.desks, outcomes, work, answers, patienceMs });
  updates.start();
  await work.start();
  let at = bar;
  return {
    ...world, posts, work, updates, said,
    /** `said`: types of the events that were sent, in their order. */
    get bar() { return at; },
    /** As `TradingWork` says it once the desks are open. */
    async open(): Promise<void> {
      await work.opened();
      await updates.opened();
    },
    async candle(price = 100, volume = 1e6): Promise<void> {
      const time = BEGIN + at++ * MINUTE;
      for (const symbol of ['BTCUSDT', 'ETHUSDT']) await feed.say(symbol, { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume });
      await world.desks.idle();
    },
    post: (group: Group, signal: unknown, more: FrameFields = {}): Promise<Answer> => posts.take(group, frameOf(signal, more), 'type'),
    held: (account = 'main'): readonly string[] => world.desks.account(account).positions.map(({ leg, side, quantity }) => `${leg} ${side} ${quantity.toString()}`).sort(),
    orders: () => db.kysely.selectFrom('orders').selectAll().orderBy('at').orderBy('order_id').execute(),
    trades: () => db.kysely.selectFrom('group_trades').selectAll().orderBy('trade_id').execute(),
    /** What a group was told of its orders, oldest first. */
    async told(group: Group): Promise<readonly (EventFrame & { readonly order: Record<string, unknown> })[]> {
      await updates.idle();
      const found = await db.kysely.selectFrom('group_events').selectAll('group_events').innerJoin('group_deliveries', 'group_deliveries.event_id', 'group_events.event_id')
        .where('group_id', '=', group.groupId).where('event_type', '=', 'order_update').orderBy('group_events.event_id').execute();
      return found.map((row) => ({ ...eventFrame(eventOf(row)), order: JSON.parse(row.payload) as Record<string, unknown> }));
    },
    async stop(): Promise<void> {
      await work.stop();
      await world.desks.stop(1000);
      await updates.stop();
      await world.writer.idle();
    },
  };
}

export type TradesWorld = Awaited<ReturnType<typeof tradesWorld>>;

export interface FrameFields {
  readonly correlation?: string;
  readonly key?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly frame?: Readonly<Record<string, unknown>>;
}

/** A `post_trade` of the old form, as its fields come. */
export const frameOf = (signal: unknown, { correlation, key, payload = {}, frame = {} }: FrameFields = {}): Record<string, unknown> => ({
  event_type: 'post_trade', priority: 7, targets: ['trade_execution'], title: 'decision ready', payload: JSON.stringify({ source_id: 'rsi_bot', symbol: 'BTCUSDT', signal, ...payload }),
  condition: { domain: 'trade_decision', trace: { ...(correlation !== undefined && { correlation_id: correlation }), ...(key !== undefined && { idempotency_key: key }) } }, ...frame,
});

/** A group that trades with up to five times its margin of 100, in one position or in legs. */
export async function tradingGroup(db: Database, name: string, mode: 'oneway' | 'hedge' = 'oneway', accountId = 'main'): Promise<Group> {
  const group = await makeGroup(db, name, { accountId });
  await db.kysely.updateTable('groups').set({ leverage: 5, position_mode: mode }).where('group_id', '=', group.groupId).execute();
  return (await new GroupStore(db.kysely).find(group.groupId))!;
}
