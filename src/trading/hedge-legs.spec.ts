import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal } from '../model/decimal.js';
import type { PositionSide } from '../model/trading.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, paperWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { proposal, type Proposal } from './proposal.js';
import type { Decision } from './trading.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);

/** As a group asks: margin times leverage, in legs of its own. */
describe('separate legs on a paper perpetual', () => {
  let db: FreshDatabase;
  let feed: HandFeed;
  let world: TradingWorld;
  let bar: number;

  beforeEach(async () => {
    db = await freshSqlite();
    bar = 0;
    feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
    world = await paperWorld(db, { feed, accounts: [accountOf('bot', { mode: 'perpetual', maxLeverage: 10, limits: { ...accountOf('x').limits, maxPosition: 1 } })] });
    await candle(100);
  });

  afterEach(async () => {
    await world.desks.stop(1000);
    expect(world.errors).toEqual([]);
    await db.drop();
  });

  async function candle(price: number): Promise<void> {
    const time = BEGIN + bar++ * MINUTE;
    await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume: 1000 });
    await world.desks.idle();
  }

  let asked = 0;
  const ask = (want: Proposal['want'], leg: Proposal['leg'], more: Partial<Proposal> = {}): Promise<Decision> =>
    world.desks.propose(proposal({ key: `ask-${asked += 1}`, accountId: 'bot', symbol: 'BTCUSDT', origin: 'group', originId: 'g', leg, want, leverage: 5, asOf: world.desks.now(), reason: 'so', ...more }));
  const open = (side: PositionSide, margin: number, leg: Proposal['leg'] = side): Promise<Decision> => ask({ kind: 'open', side, size: { kind: 'margin', amount: decimal(margin) } }, leg);
  const close = (leg: Proposal['leg'], quantity: number | null = null): Promise<Decision> => ask({ kind: 'close', quantity: quantity === null ? null : decimal(quantity) }, leg);
  const held = (): readonly string[] => world.desks.account('bot').positions.map(({ leg, side, quantity }) => `${leg} ${side} ${quantity.toString()}`).sort();

  it('are held side by side, and closing one leaves the other', async () => {
    await open('long', 50);
    await open('short', 100);
    await candle(100);
    expect(held()).toEqual(['long long 2.499', 'short short 5.001']);
    expect(await close('long')).toMatchObject({ status: 'submitted', intent: { side: 'sell', leg: 'long', reduceOnly: true } });
    await candle(100);
    expect(held()).toEqual(['short short 5.001']);
    expect(await close('long')).toMatchObject({ status: 'refused', gate: { code: 'NOT_ABLE' } });
    expect(await close('short')).toMatchObject({ status: 'submitted', intent: { side: 'buy', leg: 'short' } });
    await candle(100);
    expect(held()).toEqual([]);
  });

  it('have targets and stops of their own', async () => {
    await ask({ kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } }, 'long', { exits: { target: decimal(120), stop: decimal(95) } });
    await ask({ kind: 'open', side: 'short', size: { kind: 'quantity', quantity: decimal(2) } }, 'short', { exits: { target: decimal(80), stop: decimal(110) } });
    await candle(100);
    await candle(94);
    expect(held()).toEqual(['short short 2']);
    await candle(79);
    expect(held()).toEqual([]);
  });

  it.each(['net', 'long'] as const)('opening the same side again adds, in the leg %s', async (leg) => {
    await open('long', 50, leg);
    await candle(100);
    await open('long', 50, leg);
    await candle(100);
    expect(held()).toEqual([`${leg} long 4.998`]);
  });

  it.each(['net', 'short'] as const)('closing takes no more than there is, in the leg %s', async (leg) => {
    await open('short', 50, leg);
    await candle(100);
    await close(leg, 1);
    await candle(100);
    expect(held()).toEqual([`${leg} short 1.5`]);
    expect(await close(leg, 99)).toMatchObject({ intent: { quantity: decimal(1.5) } });
    await candle(100);
    expect(held()).toEqual([]);
  });

  it('a margin buys down to the lot at the ask, sells at the bid, and is refused where that is nothing', async () => {
    // 50 · 5 at 100.02 is 2.4995, at 99.98 it is 2.5005
    expect(await open('long', 50)).toMatchObject({ intent: { quantity: decimal('2.499'), leverage: 5 } });
    expect(await open('short', 50)).toMatchObject({ intent: { quantity: decimal('2.5'), leverage: 5 } });
    // a lot is worth 100.02 · 0.001 and 99.98 · 0.001
    expect(await open('long', 0.020003)).toMatchObject({ status: 'refused', gate: { code: 'MIN_NOTIONAL' } });
    expect(await open('short', 0.020003)).toMatchObject({ intent: { quantity: decimal('0.001') } });
    expect(await open('short', 0.019995)).toMatchObject({ status: 'refused', gate: { code: 'MIN_NOTIONAL' } });
    expect(await ask({ kind: 'open', side: 'long', size: { kind: 'margin', amount: decimal(50) } }, 'long', { leverage: 50 })).toMatchObject({ intent: { leverage: 10, quantity: decimal('4.999') } });
  });

  it('have one side each', async () => {
    for (const [side, leg] of [['short', 'long'], ['long', 'short']] as const) expect(await open(side, 50, leg)).toMatchObject({ orderId: null, gate: { code: 'BAD_INTENT' } });
    await candle(100);
    expect(held()).toEqual([]);
  });

  it('are refused on spot', async () => {
    await world.desks.create({ id: 'coins', mode: 'spot', currency: 'USD', balance: 1000, maxLeverage: 1 });
    expect(await ask({ kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } }, 'long', { accountId: 'coins' })).toMatchObject({ status: 'refused', gate: { code: 'NOT_ABLE' } });
  });
});
