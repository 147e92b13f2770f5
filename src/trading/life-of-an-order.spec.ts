import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal } from '../model/decimal.js';
import type { Candle } from '../model/candle.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, paperWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { proposal, type Proposal } from './proposal.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);

let db: FreshDatabase;
let feed: HandFeed;
let world: TradingWorld;
let bar = 0;

beforeEach(async () => {
  db = await freshSqlite();
  bar = 0;
});

afterEach(async () => {
  await world.desks.stop(1000);
  expect(world.errors).toEqual([]);
  await db.drop();
});

async function begin(more: Parameters<typeof accountOf>[1] = {}, breaker: 'HALTED' | 'REDUCING' = 'HALTED'): Promise<void> {
  feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
  world = await paperWorld(db, { feed, accounts: [accountOf('main', more)], breaker });
}

/** The next candle; a plain one of the price, unless said otherwise. */
async function candle(price: number, more: Partial<Candle> = {}): Promise<void> {
  const time = BEGIN + bar++ * MINUTE;
  await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume: 1000, ...more });
  await world.desks.idle();
}

const wanted = (key: string, want: Proposal['want'], more: Partial<Proposal> = {}): Proposal =>
  proposal({ key, accountId: 'main', symbol: 'BTCUSDT', origin: 'signal', originId: key, want, asOf: world.desks.now(), reason: 'so', confidence: 0.9, ...more });
const LONG = { kind: 'target', direction: 1, size: { kind: 'policy' } } as const;
const orders = () => db.kysely.selectFrom('orders').selectAll().orderBy('at').orderBy('order_id').execute();
const said = async (): Promise<string[]> => (await db.kysely.selectFrom('room_messages').select(['body']).where('room', '=', 'symbol:BTCUSDT').where('type', '=', 'trading_decision').orderBy('offset').execute())
  .map(({ body }) => (JSON.parse(body) as { status: string }).status);

describe('from proposal to position', () => {
  it('a target is stored, said, filled on the next candle, protected, and closed by its stop', async () => {
    await begin();
    await candle(100);
    const decision = await world.desks.propose(wanted('one', LONG, { exits: { target: decimal(110), stop: decimal(95) } }));
    expect(decision).toMatchObject({ status: 'submitted', duplicate: false });
    expect(world.desks.account('main').positions).toEqual([]);
    await candle(100);
    const [position] = world.desks.account('main').positions;
    expect(position).toMatchObject({ symbol: 'BTCUSDT', side: 'long' });
    // 5 % of 10,000 at the ask of 100.02, down to the lot of 0.001; filled at 100 · (1 + 0.0005)
    expect(position!.quantity.toString()).toBe('4.999');
    expect(position!.entryPrice.toString()).toBe('100.05');
    expect((await orders()).map(({ role, status }) => `${role} ${status}`).sort()).toEqual(['entry filled', 'stop accepted', 'target accepted']);
    await candle(94, { high: 100, open: 100 });
    expect(world.desks.account('main').positions).toEqual([]);
    expect((await orders()).map(({ role, status }) => `${role} ${status}`).sort()).toEqual(['entry filled', 'stop filled', 'target cancelled']);
    expect(await said()).toEqual(['submitted', 'filled', 'filled']);
    const [trade] = await db.kysely.selectFrom('closed_trades').selectAll().execute();
    expect(trade).toMatchObject({ side: 'long', quantity: '4.999', opened_by: decision.decisionId });
    expect(Number(trade!.pnl)).toBeLessThan(0);
    const { totals } = world.desks.account('main');
    expect(totals.wallet.toString()).toBe(decimal(10_000).plus(trade!.pnl).toString());
  });

  it('the same proposal, fifty times at once and again later, is one order', async () => {
    await begin();
    await candle(100);
    const all = await Promise.all(Array.from({ length: 50 }, () => world.desks.propose(wanted('same', LONG))));
    expect(all.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(all.map(({ orderId }) => orderId)).size).toBe(1);
    await candle(100);
    expect(await world.desks.propose(wanted('same', LONG))).toMatchObject({ duplicate: true, status: 'filled' });
    expect(await orders()).toHaveLength(1);
  });

  it('a target that is there already asks for nothing', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(wanted('a', LONG));
    expect(await world.desks.propose(wanted('b', LONG))).toMatchObject({ status: null, intent: null }); // the order under way counts
    await candle(100);
    expect(await world.desks.propose(wanted('c', LONG))).toMatchObject({ status: null });
    expect(await orders()).toHaveLength(1);
  });

  it('a flip on a perpetual closes first and opens after that fill', async () => {
    await begin({ mode: 'perpetual', maxLeverage: 5 });
    await candle(100);
    await world.desks.propose(wanted('long', LONG));
    await candle(100);
    await world.desks.propose(wanted('short', { ...LONG, direction: -1 }));
    expect((await orders()).map(({ role, side }) => `${role} ${side}`).sort()).toEqual(['entry buy', 'exit sell']);
    await candle(100);
    expect((await orders()).filter(({ role, side }) => role === 'entry' && side === 'sell')).toHaveLength(1);
    await candle(100);
    expect(world.desks.account('main').positions).toMatchObject([{ side: 'short' }]);
  });

  it('ends at its horizon', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(wanted('timed', LONG, { exitAt: BEGIN + 4 * MINUTE }));
    await candle(100);
    expect(world.desks.account('main').positions).toHaveLength(1);
    await candle(100);
    await candle(100);
    await candle(100);
    expect(world.desks.account('main').positions).toEqual([]);
  });
});

describe('states', () => {
  it('HALTED cancels what adds and keeps what protects; what reduces passes in every state', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(wanted('in', LONG, { exits: { target: decimal(110), stop: decimal(90) } }));
    await candle(100);
    await world.desks.propose(wanted('more', { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } }, { orderType: 'limit', limitPrice: decimal(98) }));
    expect((await orders()).filter(({ status }) => status === 'accepted').map(({ role }) => role).sort()).toEqual(['entry', 'stop', 'target']);
    await world.desks.setState('all', { state: 'HALTED', code: 'BY_HAND', reason: 'a test', by: 'somebody', at: world.desks.now() });
    expect((await orders()).filter(({ status }) => status === 'accepted').map(({ role }) => role).sort()).toEqual(['stop', 'target']);
    expect(await world.desks.propose(wanted('no', LONG))).toMatchObject({ status: null });
    expect(await world.desks.propose(wanted('adds', { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } }))).toMatchObject({ status: 'refused', gate: { code: 'STATE_HALTED' } });
    expect(await world.desks.propose(wanted('out', { kind: 'close', quantity: null }, { confidence: 0 }))).toMatchObject({ status: 'submitted' });
    await candle(100);
    expect(world.desks.account('main').positions).toEqual([]);
  });

  it('a daily loss trips the breaker, and going on past it by hand is not undone by it', async () => {
    await begin({ mode: 'perpetual', maxLeverage: 10, sizing: { method: 'fixed_fraction', fraction: 0.9, dailyVolatility: 0.01, kellyFraction: 0.25 }, limits: { ...accountOf('x').limits, maxPosition: 2, maxExposure: 2, maxConcentration: 2, maxPriceAgeMs: 1e9 } });
    await candle(100);
    await world.desks.propose(wanted('in', LONG));
    await candle(100);
    await candle(97);
    expect(world.desks.account('main').state.state).toBe('ACTIVE');
    await candle(96);
    await world.desks.idle();
    await new Promise((resolve) => setImmediate(resolve));
    await world.writer.idle();
    expect(world.states.of('main')).toMatchObject({ state: 'HALTED', code: 'MAX_DAILY_LOSS', by: 'breaker' });
    await world.desks.setState('main', { state: 'ACTIVE', code: null, reason: 'I know', by: 'somebody', at: world.desks.now() });
    await candle(96);
    expect(world.desks.account('main').state.state).toBe('ACTIVE');
    expect(await world.desks.propose(wanted('adds', { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } }))).toMatchObject({ gate: { code: 'MAX_DAILY_LOSS' } });
    expect(await world.desks.propose(wanted('out', { kind: 'close', quantity: null }))).toMatchObject({ status: 'submitted' });
  });

  it('who went on past a daily loss has the breaker again the next day', async () => {
    await begin({ mode: 'perpetual', maxLeverage: 10, sizing: { method: 'fixed_fraction', fraction: 0.9, dailyVolatility: 0.01, kellyFraction: 0.25 }, limits: { ...accountOf('x').limits, maxPosition: 2, maxExposure: 2, maxConcentration: 2, maxDrawdown: 0.9, maxPriceAgeMs: 1e9 } });
    const halted = async (): Promise<boolean> => {
      await new Promise((resolve) => setImmediate(resolve));
      await world.writer.idle();
      return world.states.of('main').state === 'HALTED';
    };
    await candle(100);
    await world.desks.propose(wanted('in', LONG));
    await candle(100);
    await candle(96);
    expect(await halted()).toBe(true);
    await world.desks.setState('main', { state: 'ACTIVE', code: null, reason: 'I know', by: 'somebody', at: world.desks.now() });
    await candle(90);
    expect(await halted()).toBe(false);
    bar += 24 * 60;
    await candle(90);
    expect(await halted()).toBe(false);
    await candle(85);
    expect(await halted()).toBe(true);
  });
});

describe('after a restart', () => {
  it('the day began with what it began with, and the highest equity is what it was', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(wanted('in', LONG));
    await candle(100);
    bar += 24 * 60;
    await candle(104);
    const day = world.desks.account('main').dayStartEquity;
    for (let minutes = 0; minutes < 3; minutes += 1) await candle(110);
    await candle(101);
    const { peakEquity, dayStartEquity } = world.desks.account('main');
    expect(dayStartEquity).toEqual(day);
    await world.desks.stop(1000);
    await begin();
    await candle(101);
    expect(world.desks.account('main').dayStartEquity).toEqual(dayStartEquity);
    expect(world.desks.account('main').peakEquity).toEqual(peakEquity);
  });

  it('positions, plans and orders are as they were, and nothing is sent twice', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(wanted('in', LONG, { exits: { target: decimal(110), stop: decimal(95) } }));
    await candle(100);
    await world.desks.propose(wanted('rests', { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } }, { orderType: 'limit', limitPrice: decimal(97) }));
    const before = { view: world.desks.account('main'), orders: await orders() };
    await world.desks.stop(1000);
    await begin();
    expect(world.desks.account('main').positions.map(({ quantity }) => quantity.toString())).toEqual(before.view.positions.map(({ quantity }) => quantity.toString()));
    expect(await orders()).toEqual(before.orders);
    await candle(94, { open: 100, high: 100 });
    expect((await orders()).map(({ role, status }) => `${role} ${status}`).sort()).toEqual(['entry filled', 'entry filled', 'stop filled', 'target cancelled']);
  });
});
