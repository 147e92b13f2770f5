import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Authenticator } from '../../src/gateway/auth/authenticator.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { ScopeGuard } from '../../src/gateway/http/scope.guard.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { Market } from '../../src/market/market.js';
import { decimal } from '../../src/model/decimal.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { AccountDirectory, type NewAccount } from '../../src/trading/account-directory.js';
import { Desks } from '../../src/trading/desks.js';
import { proposal, type Proposal } from '../../src/trading/proposal.js';
import { TradingController } from '../../src/trading/trading.controller.js';
import { TradingReads } from '../../src/trading/trading-reads.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../support/databases.js';
import { HandFeed, instrumentOf } from '../support/hand-feed.js';
import { SECRET, token } from '../support/tokens.js';
import { accountOf, paperWorld, TERMS, type TradingWorld } from '../support/trading-world.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);
const BOT: NewAccount = { id: 'bot', mode: 'perpetual', currency: 'USDT', balance: 5000, maxLeverage: 10 };

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('accounts that are made while the server runs, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let worlds: { readonly world: TradingWorld; readonly feed: HandFeed }[];
  let bar: number;

  beforeEach(async () => {
    db = await fresh();
    [worlds, bar] = [[], 0];
  });

  afterEach(async () => {
    for (const { world } of worlds) {
      await world.desks.stop(1000);
      expect(world.errors).toEqual([]);
    }
    await db.drop();
  });

  async function node(more: Partial<Parameters<typeof paperWorld>[1]> = {}): Promise<TradingWorld> {
    const feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
    const world = await paperWorld(db, { feed, accounts: [accountOf('main')], ...more });
    worlds.push({ world, feed });
    return world;
  }

  async function candle(price: number): Promise<void> {
    const time = BEGIN + bar++ * MINUTE;
    for (const { feed, world } of worlds) {
      await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume: 1000 });
      await world.desks.idle();
    }
  }

  const wanted = (world: TradingWorld, key: string, more: Partial<Proposal> = {}): Proposal => proposal({
    key, accountId: 'bot', symbol: 'BTCUSDT', origin: 'group', originId: 'g', asOf: world.desks.now(), reason: 'so', leverage: 5,
    want: { kind: 'open', side: 'short', size: { kind: 'margin', amount: decimal(50) } }, ...more,
  });
  const others = { account_id: 'made', terms: JSON.stringify({ mode: 'spot', currency: 'USD', balance: 7, maxLeverage: 1 }), created_at: 1 };

  it('are open at once, and a restart keeps them with what they hold', async () => {
    const world = await node();
    await candle(100);
    expect(await world.desks.create(BOT)).toMatchObject({ accountId: 'bot', broker: 'paper', mode: 'perpetual', currency: 'USDT', state: { state: 'ACTIVE' } });
    expect(world.desks.holds('bot')).toBe(true);
    // 50 · 5 at the bid of 99.98
    expect(await world.desks.propose(wanted(world, 'in'))).toMatchObject({ status: 'submitted', intent: { side: 'sell', leverage: 5, quantity: decimal('2.5') } });
    await candle(100);
    const before = world.desks.account('bot');
    expect(before.positions).toMatchObject([{ side: 'short', leverage: 5 }]);
    await world.desks.stop(1000);
    worlds = [];
    const again = await node();
    expect(again.desks.accounts().map(({ accountId }) => accountId)).toEqual(['main', 'bot']);
    expect(again.desks.account('bot')).toMatchObject({ initial: decimal(5000), positions: [{ side: 'short', quantity: before.positions[0]!.quantity }] });
    await candle(100);
    expect(await again.desks.propose(wanted(again, 'out', { want: { kind: 'close', quantity: null } }))).toMatchObject({ status: 'submitted' });
  });

  it('made on a node that does not trade are opened by the one that does, and the other way round they are seen', async () => {
    const words: string[] = [];
    const trader = await node();
    const other = await node({ isHeld: () => false, tell: (scope) => words.push(scope) });
    await candle(100);
    expect(await other.desks.create(BOT)).toMatchObject({ accountId: 'bot', initial: decimal(5000), totals: { equity: decimal(5000) } });
    expect(words).toEqual(['bot']);
    expect(other.desks.holds('bot')).toBe(false);
    await expect(trader.desks.propose(wanted(trader, 'early'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await Promise.all([trader.desks.refresh(), trader.desks.refresh()]);
    expect(trader.desks.holds('bot')).toBe(true);
    await trader.desks.propose(wanted(trader, 'in'));
    await trader.desks.create({ ...BOT, id: 'second' });
    await candle(100);
    await other.desks.refresh();
    expect(other.desks.account('bot').positions).toMatchObject([{ side: 'short' }]);
    expect(other.desks.account('second')).toMatchObject({ initial: decimal(5000), positions: [] });
    await expect(other.desks.propose(wanted(other, 'there'))).rejects.toMatchObject({ code: 'NOT_READY' });
  });

  it('have their name once, however many ask for it', async () => {
    const [one, two] = [await node(), await node({ isHeld: () => false })];
    const asked = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => (at % 2 ? one : two).desks.create({ ...BOT, balance: 1000 + at })));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of asked) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await Promise.all([one.desks.refresh(), two.desks.refresh()]);
    expect(one.desks.account('bot').initial.toString()).toBe(two.desks.account('bot').initial.toString());
  });

  it('are refused with what is wrong', async () => {
    const world = await node();
    const refused = async (more: Partial<NewAccount>): Promise<unknown> => world.desks.create({ ...BOT, ...more }).then(() => 'made', ({ code, details }: { code: string; details: { path: string }[] }) => [code, ...details.map(({ path }) => path)]);
    expect(await refused({ id: 'main' })).toEqual(['IDEMPOTENCY_CONFLICT', 'account_id']);
    for (const id of ['', '-bot', 'a b', 'a/b', 'all:', 'x'.repeat(61)]) expect(await refused({ id })).toEqual(['VALIDATION_ERROR', 'account_id']);
    for (const balance of [0, -1, Number.NaN, Infinity, 1e13]) expect(await refused({ balance })).toEqual(['VALIDATION_ERROR', 'balance']);
    for (const maxLeverage of [0, 21, 1.5, Number.NaN]) expect(await refused({ maxLeverage })).toEqual(['VALIDATION_ERROR', 'max_leverage']);
    expect(await refused({ mode: 'spot' })).toEqual(['VALIDATION_ERROR', 'max_leverage']);
    expect(await refused({ currency: 'usd' })).toEqual(['VALIDATION_ERROR', 'currency']);
    expect(await db.kysely.selectFrom('stored_accounts').selectAll().execute()).toEqual([]);
    // all accounts share one switch of this name
    expect(await refused({ id: 'all' })).toEqual(['VALIDATION_ERROR', 'account_id']);
  });

  it('never take over the books of one that was in the configuration before, and the configuration goes first', async () => {
    const world = await node({ accounts: [accountOf('main'), accountOf('gone')] });
    await world.desks.stop(1000);
    worlds = [];
    const again = await node();
    await expect(again.desks.create({ ...BOT, id: 'gone' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await db.kysely.insertInto('stored_accounts').values([others, { ...others, account_id: 'main' }]).execute();
    await again.desks.refresh();
    expect(again.desks.accounts().map(({ accountId, initial }) => [accountId, initial.toNumber()])).toEqual([['main', 10_000], ['made', 7]]);
  });

  it('are neither made nor shown where nothing is traded', async () => {
    await db.kysely.insertInto('stored_accounts').values(others).execute();
    const directory = new AccountDirectory({ db: db.kysely, config: { accounts: [], limits: accountOf('x').limits, sizing: accountOf('x').sizing, paper: TERMS }, closed: 'TRADING=off', now: Date.now });
    await directory.sync();
    expect(directory.all()).toEqual([]);
    await expect(directory.create(BOT)).rejects.toMatchObject({ code: 'STATE_FORBIDS', message: 'TRADING=off' });
  });
});

@Module({})
class Served {}

describe('POST /api/accounts', () => {
  it('makes one for whoever may trade: 201 as GET shows it, 400, 403 and 409 else', async () => {
    const db = await freshSqlite();
    const world = await paperWorld(db, { feed: new HandFeed([instrumentOf('BTCUSDT')], '1m'), accounts: [accountOf('main')] });
    const app = await NestFactory.create({
      module: Served, controllers: [TradingController],
      providers: [{ provide: Desks, useValue: world.desks }, { provide: TradingReads, useValue: new TradingReads(db.kysely) }, { provide: Market, useValue: world.market }],
    }, { logger: false });
    app.useGlobalFilters(new ProblemFilter(isUnavailable, { error: () => undefined }));
    app.useGlobalPipes(new RequestValidationPipe());
    app.useGlobalGuards(new ScopeGuard(new Authenticator({ required: true, jwtSecret: SECRET, jwksUrl: null, audience: null, issuer: null }), null));
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/api/accounts`;
    const authorization = `Bearer ${await token({ subject: 'ann', scope: 'read trade' })}`;
    const post = async (body: unknown, as = authorization): Promise<{ status: number; body: Record<string, unknown> }> => {
      const answer = await fetch(url, { method: 'POST', headers: { authorization: as, 'content-type': 'application/json' }, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const plain = { account_id: 'bot', mode: 'perpetual', currency: 'USDT', balance: 5000 };
    const bot = { ...plain, max_leverage: 10 };
    expect(await post(bot, `Bearer ${await token({ subject: 'bob', scope: 'read' })}`)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const made = await post(bot);
    expect(made).toMatchObject({ status: 201, body: { account_id: 'bot', broker: 'paper', mode: 'perpetual', currency: 'USDT', initial_balance: 5000, total_balance: 5000, positions: 0, state: 'ACTIVE' } });
    const { items } = (await (await fetch(url, { headers: { authorization } })).json()) as { items: unknown[] };
    expect(items[1]).toEqual(made.body);
    expect(await post(bot)).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    expect(await post({ ...plain, account_id: 'plain', mode: 'spot' })).toMatchObject({ status: 201 });
    for (const wrong of [{ ...bot, account_id: 'a b' }, { ...bot, mode: 'margin' }, { ...bot, balance: '5000' }, { ...bot, balance: -1 }, { ...bot, max_leverage: 21 }, {}]) {
      expect(await post(wrong)).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
    }
    await app.close();
    await world.desks.stop(1000);
    expect(world.errors).toEqual([]);
    await db.drop();
  });
});
