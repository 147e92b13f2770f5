import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from '../../../../test/support/seeded.js';
import type { Candle } from '../../../model/candle.js';
import { decimal, ZERO, type Decimal } from '../../../model/decimal.js';
import { ORDER_TYPES, sign, TIMES_IN_FORCE, type AccountMode, type Leg } from '../../../model/trading.js';
import { freshSqlite, type FreshDatabase } from '../../../../test/support/databases.js';
import { COSTLY, Hearing, HOUR, orderTicket, paperBroker, T0 } from '../../../../test/support/paper.js';
import { BrokerRefused, type Ticket } from '../broker.js';
import type { PaperBroker } from '../broker.paper.js';

/** Little enough to be spent, and to be lost. */
const BALANCE = 3000;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'] as const;
const TERMS = { ...COSTLY, fundingRate: 0.0003 };

/** Doubles of fast-check are mostly very small. */
const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 10_000 }).map((at) => min + (max - min) * at / 10_000);
const order = fc.record({
  symbol: fc.constantFrom(...SYMBOLS), leg: fc.constantFrom<Leg>('net', 'net', 'long', 'short'), side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 60_000 }), orderType: fc.constantFrom(...ORDER_TYPES), away: between(-0.15, 0.15),
  timeInForce: fc.constantFrom(...TIMES_IN_FORCE, 'gtc' as const, 'gtc' as const), reduceOnly: fc.constantFrom(false, false, false, true), leverage: fc.integer({ min: 1, max: 20 }), pair: fc.constantFrom(null, null, 'p', 'q'),
});
/** A bar: gap before it, its close, how far it reaches beyond both, and its volume. */
const shape = fc.record({
  gap: between(-0.15, 0.15), move: between(-0.2, 0.2),
  up: between(0, 0.15), down: between(0, 0.15), volume: between(0, 5000),
});
const step = fc.record({ orders: fc.array(order, { maxLength: 3, size: 'max' }), bars: fc.tuple(shape, shape), cancel: fc.option(fc.nat()) });

class Ledger extends Hearing {
  /** Money as it came and went, without any notion of positions. */
  cash = decimal(BALANCE);
  readonly units = new Map<string, Decimal>();
  override async executed(execution: Hearing['executions'][number]): Promise<void> {
    await super.executed(execution);
    const { symbol, leg, side, quantity, price, fee } = execution;
    const key = `${symbol} ${leg}`;
    this.cash = this.cash.minus(price.times(quantity).times(sign(side))).minus(fee);
    this.units.set(key, (this.units.get(key) ?? ZERO).plus(quantity.times(sign(side))));
  }
  override async booked(entry: Hearing['entries'][number]): Promise<void> {
    await super.booked(entry);
    this.cash = this.cash.plus(entry.amount);
  }
}

interface Seen { fills: number; liquidations: number }

async function holds(db: FreshDatabase, mode: AccountMode, steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], seen: Seen): Promise<void> {
  const heard = new Ledger();
  const accountId = randomUUID();
  const open = (): PaperBroker => paperBroker({ db: db.kysely, accountId, mode, balance: BALANCE, terms: TERMS });
  const broker = open();
  await broker.start(heard);
  const tickets: Ticket[] = [];
  const price = new Map<string, number>(SYMBOLS.map((symbol) => [symbol, 100]));
  let now = T0;
  for (const { orders, bars, cancel } of steps) {
    for (const { symbol, lots, away, orderType, leg, leverage, ...rest } of orders) {
      const level = decimal((price.get(symbol)! * (1 + away)).toFixed(2));
      const ticket = orderTicket(`o${tickets.length}`, {
        ...rest, symbol, orderType, leg: mode === 'spot' ? 'net' : leg, leverage: mode === 'spot' ? 1 : leverage, quantity: decimal(lots).div(1000), at: now,
        limitPrice: orderType === 'limit' || orderType === 'stop_limit' ? level : null, stopPrice: orderType === 'stop' || orderType === 'stop_limit' ? level : null,
        trail: orderType === 'trailing_stop' ? decimal(Math.abs(away) + 0.01) : null,
      });
      tickets.push(ticket);
      await broker.submit(ticket).catch((error: unknown) => {
        if (!(error instanceof BrokerRefused)) throw error;
        });
    }
    if (cancel !== null && tickets.length > 0) await broker.cancel(tickets[cancel % tickets.length]!.clientOrderId);
    for (const [at, symbol] of SYMBOLS.entries()) {
      const { gap, move, up, down, volume } = bars[at]!;
      const [first, last] = [price.get(symbol)! * (1 + gap), price.get(symbol)! * (1 + gap) * (1 + move)];
      const candle: Candle = { time: now, knownAt: now + HOUR, open: first, close: last, high: Math.max(first, last) * (1 + up), low: Math.min(first, last) * (1 - down), volume };
      const before = heard.executions.length;
      await broker.candle(symbol, candle);
      price.set(symbol, last);
      checkFills(heard.executions.slice(before), symbol, candle, tickets);
      await checkBooks(broker, heard, mode, price);
    }
    now += HOUR;
  }
  seen.fills += heard.executions.length;
  seen.liquidations += heard.executions.filter(({ liquidation }) => liquidation).length;
  expect(await broker.executions(0)).toEqual(heard.executions);
  expect((await broker.entries(0)).length).toBe(heard.entries.length);
  await broker.stop();
  await checkRestart(open(), mode, heard);
}

function checkFills(executions: Ledger['executions'], symbol: string, { high, low, volume, time, knownAt }: Candle, tickets: readonly Ticket[]): void {
  const own = executions.filter(({ liquidation }) => !liquidation);
  const filled = own.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
  expect(filled.lte(decimal(volume).times(0.1))).toBe(true);
  for (const { clientOrderId, side, price, quantity, symbol: of, at } of own) {
    const ticket = tickets.find((each) => each.clientOrderId === clientOrderId)!;
    expect([of, side, at, ticket.at <= time, quantity.gt(0)]).toEqual([symbol, ticket.side, knownAt, true, true]);
    expect(side === 'buy' ? price.gte(low) : price.lte(high)).toBe(true);
    if (ticket.orderType === 'limit') expect(side === 'buy' ? price.lte(ticket.limitPrice!) : price.gte(ticket.limitPrice!)).toBe(true);
  }
  for (const { symbol: of, price } of executions.filter(({ liquidation }) => liquidation)) {
    if (of === symbol) expect(price.gte(low) && price.lte(high)).toBe(true);
  }
}

async function checkBooks(broker: PaperBroker, { cash, units }: Ledger, mode: AccountMode, prices: ReadonlyMap<string, number>): Promise<void> {
  const positions = await broker.positions();
  const { equity, wallet } = await broker.account();
  const near = (one: Decimal, other: Decimal): void => expect(one.minus(other).abs().toNumber()).toBeLessThan(1e-15);
  const unrealised = positions.reduce((sum, { symbol, side, quantity, entryPrice }) => sum.plus(decimal(prices.get(symbol)!).minus(entryPrice).times(quantity).times(sign(side))), ZERO);
  near(equity, wallet!.plus(unrealised));
  near(equity, [...units].reduce((sum, [key, held]) => sum.plus(held.times(prices.get(key.split(' ')[0]!)!)), cash));
  for (const [key, held] of units) {
    const [symbol, leg] = key.split(' ');
    const position = positions.find((each) => each.symbol === symbol && each.leg === leg);
    near(position ? position.quantity.times(sign(position.side)) : ZERO, held);
    if (position && leg !== 'net') expect(position.side).toBe(leg);
  }
  if (mode === 'spot') {
    expect(cash.gte('-1e-20')).toBe(true);
    for (const { side } of positions) expect(side).toBe('long');
  }
  if (positions.length === 0) expect(wallet!.gte(0)).toBe(true);
  const maintenance = positions.reduce((sum, { symbol, quantity }) => sum.plus(quantity.times(prices.get(symbol)!).times(TERMS.maintenanceMargin)), ZERO);
  if (mode === 'perpetual' && positions.length > 0) expect(equity.gt(maintenance)).toBe(true);
}

async function checkRestart(again: PaperBroker, mode: AccountMode, { units, entries }: Ledger): Promise<void> {
  await again.start(new Hearing());
  const held = new Map((await again.positions()).map(({ symbol, leg, side, quantity }) => [`${symbol} ${leg}`, quantity.times(sign(side))]));
  for (const [key, quantity] of units) expect((held.get(key) ?? ZERO).minus(quantity).abs().lt('1e-20')).toBe(true);
  if (mode === 'spot') expect(entries).toEqual([]);
  await again.stop();
}

describe('the paper broker, on random bars and orders', () => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await freshSqlite(); });
  afterAll(() => db.drop());

  it.each([['spot'], ['perpetual']] as const)('keeps its books even at every step, pays what it has, and fills what was possible (%s)', async (mode) => {
    const seen: Seen = { fills: 0, liquidations: 0 };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25, size: 'max' }), (steps) => holds(db, mode, steps, seen)), {
      numRuns: 60,
    });
    // otherwise nothing was tried
    expect(seen.fills).toBeGreaterThan(80);
    if (mode === 'perpetual') expect(seen.liquidations).toBeGreaterThan(15);
  });
});
