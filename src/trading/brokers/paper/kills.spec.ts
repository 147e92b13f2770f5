import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { decimal, ZERO } from '../../../model/decimal.js';
import { sign, type AccountMode, type Execution } from '../../../model/trading.js';
import type { Schema } from '../../../storage/schema.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../../test/support/databases.js';
import { COSTLY, Hearing, MINUTE, orderTicket, paperBroker, T0 } from '../../../../test/support/paper.js';
import { Book } from '../../portfolio/book.js';
import { BrokerRefused, type Ticket } from '../broker.js';
import type { PaperBroker } from '../broker.paper.js';

/** Numbers in [0, 1) that a seed repeats. */
function chances(seed: number): () => number {
  let state = seed * 2_654_435_761 >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Killed extends Error {}

/** A process that dies: from then on its database answers nothing and its listener hears nothing. */
class Life {
  dead = false;

  constructor(private readonly chance: () => number, readonly rate: number) {}

  die(): never {
    this.dead = true;
    throw new Killed('killed');
  }

  maybe(): void {
    if (this.dead || this.chance() < this.rate) this.die();
  }

  /** The database as this process has it: it may die before a transaction, and between its commit and the answer. */
  over(db: Kysely<Schema>): Kysely<Schema> {
    return new Proxy(db, {
      get: (target, key) => {
        if (this.dead) this.die();
        if (key !== 'transaction') {
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) as unknown : value;
        }
        return () => ({
          execute: async (work: Parameters<ReturnType<Kysely<Schema>['transaction']>['execute']>[0]) => {
            this.maybe();
            await target.transaction().execute(work);
            this.maybe();
          },
        });
      },
    });
  }
}

/** Us: what we know survives, told or read again. */
class Desk extends Hearing {
  readonly known = new Map<string, Execution>();
  life: Life | null = null;
  override async executed(execution: Execution): Promise<void> {
    this.life?.maybe();
    this.known.set(execution.executionId, execution);
    this.life?.maybe();
  }
}

async function run(db: FreshDatabase, seed: number, mode: AccountMode, rate: number): Promise<{ deaths: number; executions: readonly Execution[] }> {
  const chance = chances(seed);
  const fate = chances(seed + 1_000_003);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(chance() * from.length)]!;
  const accountId = `kill-${mode}-${seed}-${rate}`;
  const desk = new Desk();
  const answered = new Map<string, string>();
  const wanted: Ticket[] = [];
  let [deaths, now, price, until] = [0, T0, 100, 0];
  let broker: PaperBroker;

  const started = async (mortal: boolean): Promise<void> => {
    const life = new Life(fate, mortal ? rate : 0);
    desk.life = life;
    broker = paperBroker({ db: life.over(db.kysely), accountId, mode, balance: 5000, terms: COSTLY, onError: (error) => { if (!(error instanceof Killed)) throw error; } });
    await broker.start(desk);
    for (const execution of await broker.executions(until)) desk.known.set(execution.executionId, execution);
    until = now;
  };
  /** Until it got through. Whoever died is started again, reads what it missed, and sends again what was not answered. */
  const survive = async (work: () => Promise<unknown>, mortal = true): Promise<void> => {
    for (;;) {
      try {
        await work();
        if (!desk.life!.dead) return;
      } catch (error) {
        if (!desk.life!.dead) throw error;
      }
      deaths++;
      await started(mortal);
    }
  };
  const send = (ticket: Ticket) => survive(async () => {
    try {
      const { brokerOrderId } = await broker.submit(ticket);
      if (desk.life!.dead) return;
      expect(answered.get(ticket.clientOrderId) ?? brokerOrderId).toBe(brokerOrderId);
      answered.set(ticket.clientOrderId, brokerOrderId);
    } catch (error) {
      if (!(error instanceof BrokerRefused)) throw error;
    }
  });

  await started(true);
  for (let at = 0; at < 12; at++) {
    if (at < 8) {
      const side = pick('buy', 'buy', 'sell' as const);
      const orderType = pick('market', 'limit', 'stop' as const);
      const near = decimal((price * (1 + (chance() - 0.5) * 0.06)).toFixed(2));
      const ticket = orderTicket(`o${at}`, {
        side, orderType, at: now, quantity: decimal(Math.ceil(chance() * 40)).div(10), leverage: mode === 'spot' ? 1 : 10, pair: chance() < 0.3 ? 'pair' : null,
        limitPrice: orderType === 'limit' ? near : null, stopPrice: orderType === 'stop' ? near : null, reduceOnly: chance() < 0.2,
      });
      wanted.push(ticket);
      await send(ticket);
    }
    if (chance() < 0.2) await send(pick(...wanted));
    if (chance() < 0.15) await survive(() => broker.cancel(pick(...wanted).clientOrderId));
    const open = price;
    price *= 1 + (chance() - 0.5) * 0.08;
    const candle = { time: now, knownAt: now + MINUTE, open, high: Math.max(open, price) * 1.01, low: Math.min(open, price) * 0.99, close: price, volume: 5 + chance() * 60 };
    await survive(() => broker.candle('BTCUSDT', candle));
    now += MINUTE;
  }
  await started(false);
  for (const ticket of wanted) if (answered.has(ticket.clientOrderId)) await send(ticket);

  const rows = await db.kysely.selectFrom('paper_orders').select(['client_order_id', 'broker_order_id']).where('account_id', '=', accountId).execute();
  expect(new Set(rows.map(({ client_order_id }) => client_order_id)).size).toBe(rows.length);
  for (const [id, brokerOrderId] of answered) expect(rows.find(({ client_order_id }) => client_order_id === id)?.broker_order_id).toBe(brokerOrderId);
  const executions = await broker!.executions(0);
  expect(new Set(executions.map(({ executionId }) => executionId)).size).toBe(executions.length);
  expect([...desk.known.keys()].sort()).toEqual(executions.map(({ executionId }) => executionId).sort());
  const held = executions.reduce((sum, { side, quantity }) => sum.plus(quantity.times(sign(side))), ZERO);
  const positions = await broker!.positions();
  expect(positions.reduce((sum, { side, quantity }) => sum.plus(quantity.times(sign(side))), ZERO)).toEqual(held);
  const book = new Book(mode, decimal(5000));
  for (const execution of executions) book.apply(execution);
  for (const entry of await broker!.entries(0)) book.enter(entry);
  expect((await broker!.account()).wallet!.minus(book.wallet).abs().lt('1e-20')).toBe(true);
  for (const { clientOrderId, quantity } of wanted) {
    const filled = executions.reduce((sum, each) => (each.clientOrderId === clientOrderId ? sum.plus(each.quantity) : sum), ZERO);
    expect((await broker!.find(clientOrderId))?.filledQuantity ?? ZERO).toEqual(filled);
    expect(filled.lte(quantity)).toBe(true);
  }
  await broker!.stop();
  return { deaths, executions };
}

describe('the paper broker, killed at any moment', () => {
  let sqlite: FreshDatabase;
  let postgres: FreshDatabase;
  beforeAll(async () => { [sqlite, postgres] = [await freshSqlite(), await freshPostgres()]; });
  afterAll(() => Promise.all([sqlite.drop(), postgres.drop()]));

  it('has one order for each client order id, and positions that are what it executed: 300 runs', async () => {
    let [deaths, executions] = [0, 0];
    for (let seed = 1; seed <= 300; seed++) {
      const done = await run(sqlite, seed, seed % 2 ? 'spot' : 'perpetual', 0.12);
      deaths += done.deaths;
      executions += done.executions.length;
    }
    // otherwise nothing was tried
    expect(deaths).toBeGreaterThan(600);
    expect(executions).toBeGreaterThan(900);
  });

  it('also on PostgreSQL: 20 runs', async () => {
    for (let seed = 1; seed <= 20; seed++) await run(postgres, seed, seed % 2 ? 'spot' : 'perpetual', 0.12);
  });

  it('goes on after a database that failed before and after commits: what is sent again is one order, and nothing is filled that is not stored', async () => {
    const chance = chances(7);
    let failing = true;
    const flaky = new Proxy(sqlite.kysely, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (key !== 'transaction') return typeof value === 'function' ? value.bind(target) as unknown : value;
        return () => ({
          execute: async (work: Parameters<ReturnType<Kysely<Schema>['transaction']>['execute']>[0]) => {
            if (failing && chance() < 0.3) throw new Error('before the commit');
            await target.transaction().execute(work);
            if (failing && chance() < 0.3) throw new Error('after the commit');
          },
        });
      },
    });
    /** As the port asks for: reads again once the line is back. */
    class Reader extends Desk {
      missed = 0;
      readonly lines: string[] = [];
      override lost(): void { this.lines.push('lost'); }
      override reconnected(): void {
        this.lines.push('back');
        this.reading = broker.executions(0).then((all) => all.forEach((each) => {
          if (!this.known.has(each.executionId)) this.missed++;
          this.known.set(each.executionId, each);
        }));
      }
      reading: Promise<void> = Promise.resolve();
    }
    const desk = new Reader();
    const broker = paperBroker({ db: flaky, accountId: 'flaky', mode: 'perpetual', balance: 1e6, terms: COSTLY });
    await broker.start(desk);
    let silent = 0;
    const stubborn = async (work: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        const error = await work().then(() => null, (thrown: unknown) => thrown);
        if (error === null) return;
        silent++;
      }
    };
    for (let at = 0; at < 60; at++) {
      const now = T0 + at * MINUTE;
      await stubborn(() => broker.submit(orderTicket(`o${at}`, { side: at % 3 ? 'buy' : 'sell', at: now })));
      await stubborn(() => broker.candle('BTCUSDT', { time: now, knownAt: now + MINUTE, open: 100, high: 100, low: 100, close: 100, volume: 10 }));
    }
    failing = false;
    expect(silent).toBeGreaterThan(60);
    await broker.openOrders();
    await desk.reading;
    expect(desk.lines).toEqual(Array.from({ length: silent }, () => ['lost', 'back']).flat());
    expect([desk.known.size, desk.missed > 5]).toEqual([60, true]);
    const executions = await broker.executions(0);
    expect(executions).toHaveLength(60);
    expect((await broker.positions())[0]).toMatchObject({ side: 'long', quantity: decimal(20) });
    expect(await broker.openOrders()).toEqual([]);
    const book = new Book('perpetual', decimal(1e6));
    for (const execution of executions) book.apply(execution);
    expect((await broker.account()).wallet).toEqual(book.wallet);
    await broker.stop();
  });

  it('executes the same with the same ids, of the same orders and candles', async () => {
    for (const mode of ['spot', 'perpetual'] as const) {
      for (let seed = 1; seed <= 10; seed++) {
        const [one, other] = [await run(sqlite, seed, mode, 0), await run(postgres, seed, mode, 0)];
        expect(other.executions).toEqual(one.executions);
      }
    }
  });
});
