import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal } from '../model/decimal.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, paperWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { approvalPorts } from './approval-ports.js';
import { ApprovalStore } from './approvals/approval-store.js';
import { Approvals } from './approvals/approvals.js';
import { orderUpdate, orderUpdateKey, type OrderUpdate } from './order-update.js';
import { orderUpdatesSince } from './order-updates.js';
import { proposal, type Proposal } from './proposal.js';
import type { OrderChange } from './trading.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('every change of an order is told, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let feed: HandFeed;
  let world: TradingWorld;
  let approvals: Approvals | null;
  let bar: number;
  let told: { readonly change: OrderChange; readonly update: OrderUpdate; readonly stored: string | undefined }[];

  beforeEach(async () => {
    db = await fresh();
    [bar, told, approvals] = [0, [], null];
  });

  afterEach(async () => {
    await world.desks.stop(1000);
    expect(world.errors).toEqual([]);
    await db.drop();
  });

  async function begin(needed = 0): Promise<void> {
    feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
    world = await paperWorld(db, {
      feed, accounts: [accountOf('main', { limits: { ...accountOf('x').limits, maxPosition: 1 } })],
      ...(needed > 0 && {
        approvals: ({ writer }, now) => (approvals = new Approvals({
          config: { policies: [{ brokers: null, accounts: null, symbols: null, origins: null, minNotional: 0, needed }], expiresMs: 5 * MINUTE, maxDrift: 0.01 },
          store: new ApprovalStore(db.kysely), writer, now, price: (symbol) => world.prices.of(symbol)?.last ?? null, tell: () => undefined, onFault: (error) => world.errors.push(error),
        })),
      }),
    });
    approvals?.bind(approvalPorts(world.desks, world.states, world.store));
    world.desks.listen({
      changed: async (change) => {
        const row = await db.kysely.selectFrom('decisions').select('status').where('decision_id', '=', change.decisionId).executeTakeFirst();
        told.push({ change, update: orderUpdate(change), stored: row?.status });
      },
    });
  }

  async function candle(price: number, volume = 1000): Promise<void> {
    const time = BEGIN + bar++ * MINUTE;
    await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume });
    await world.desks.idle();
  }

  const of = (key: string, quantity: number, more: Partial<Proposal> = {}): Proposal => proposal({
    key, accountId: 'main', symbol: 'BTCUSDT', origin: 'group', originId: 'g1', correlationId: `trace-${key}`, asOf: world.desks.now(), reason: 'so',
    want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(quantity) } }, ...more,
  });
  const statuses = (): readonly string[] => told.map(({ update: { status, filled_quantity: filled } }) => `${status} ${filled}`);

  it('from submitted over each fill to its end, each after it is stored, and not of what protects the position', async () => {
    await begin();
    await candle(100);
    const { orderId, decisionId } = await world.desks.propose(of('a', 3, { exits: { target: decimal(120), stop: decimal(90) } }));
    await candle(100, 20); // a tenth of a bar's volume at most
    await candle(100, 20);
    expect(statuses()).toEqual(['submitted 0', 'accepted 0', 'partially_filled 2', 'filled 3']);
    expect(told.map(({ stored }) => stored)).toEqual(['submitted', 'submitted', 'partially_filled', 'filled']);
    expect(told.at(-1)!.update).toEqual({
      order_id: orderId, correlation_id: 'trace-a', symbol: 'BTCUSDT', side: 'buy', quantity: 3, filled_quantity: 3, average_price: 100.05, status: 'filled',
    });
    expect(told.at(-1)!.change).toMatchObject({ accountId: 'main', decisionId, at: BEGIN + 3 * MINUTE, decision: { key: 'a', origin: 'group', originId: 'g1' } });
    expect(new Set(told.map(({ change }) => orderUpdateKey(change))).size).toBe(4);
  });

  it('refused by a gate, with its code', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(of('a', 1000));
    expect(told.map(({ update }) => update)).toMatchObject([{ order_id: null, side: 'buy', quantity: 1000, filled_quantity: 0, average_price: null, status: 'refused', gate: { code: 'BUYING_POWER' } }]);
    await world.desks.propose(of('a', 1000));
    await world.desks.propose(of('unsized', 0, { want: { kind: 'open', side: 'long', size: { kind: 'margin', amount: decimal('0.01') } } }));
    expect(told.map(({ update }) => update).slice(1)).toMatchObject([{ quantity: 0, status: 'refused', gate: { code: 'MIN_NOTIONAL' } }]);
  });

  it('cancelled by a halt, expired with its day, and ended by the broker', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(of('rests', 1, { orderType: 'limit', limitPrice: decimal(97) }));
    await world.desks.setState('all', { state: 'HALTED', code: null, reason: 'a test', by: 'somebody', at: world.desks.now() });
    await world.desks.setState('all', { state: 'ACTIVE', code: null, reason: 'a test', by: 'somebody', at: world.desks.now() });
    expect(statuses()).toEqual(['submitted 0', 'accepted 0', 'cancelled 0']);
    await world.desks.propose(of('today', 1, { orderType: 'limit', limitPrice: decimal(97), timeInForce: 'day' }));
    bar = 24 * 60;
    await candle(100);
    expect(statuses().slice(3)).toEqual(['submitted 0', 'accepted 0', 'expired 0']);
    await world.desks.propose(of('fills', 1, { timeInForce: 'fok' }));
    await candle(100, 1);
    expect(statuses().slice(6)).toEqual(['submitted 0', 'accepted 0', 'cancelled 0']);
    expect(told.at(-1)!.update.gate).toMatchObject({ code: 'BROKER' });
  });

  it('waiting for a person, and how that ends', async () => {
    await begin(1);
    await candle(100);
    const ask = async (key: string): Promise<{ approvalId: string; hash: string }> => {
      const { approvalId } = await world.desks.propose(of(key, 1));
      return approvals!.find(approvalId!);
    };
    const first = await ask('no');
    await approvals!.decide(first.approvalId, { subject: 'ann', hash: first.hash, decision: 'reject', note: 'not now' });
    const second = await ask('yes');
    await approvals!.decide(second.approvalId, { subject: 'ann', hash: second.hash, decision: 'approve' });
    await ask('drifts');
    await candle(102);
    await approvals!.candle('BTCUSDT');
    await ask('forgotten');
    bar += 10;
    await candle(102);
    await approvals!.time(world.desks.now());
    const by = (key: string): readonly unknown[] => told.filter(({ change }) => change.decision.key === key).map(({ update: { status, gate } }) => [status, gate?.code]);
    expect(by('no')).toEqual([['waiting_approval', undefined], ['rejected', 'REJECTED']]);
    expect(by('yes')).toEqual([['waiting_approval', undefined], ['submitted', undefined], ['accepted', undefined], ['filled', undefined]]);
    expect(by('drifts')).toEqual([['waiting_approval', undefined], ['expired', 'PRICE_DRIFTED']]);
    expect(by('forgotten')).toEqual([['waiting_approval', undefined], ['expired', 'EXPIRED']]);
    expect(told.every(({ update, stored }) => stored === update.status || (update.status === 'accepted' && stored === 'submitted'))).toBe(true);
  });

  it('after a crash, what groups were not told is found by its time, under the same keys', async () => {
    await begin();
    await candle(100);
    await world.desks.propose(of('old', 1));
    await candle(100);
    const since = world.desks.now() + 1;
    await candle(100);
    await world.desks.propose(of('refused', 1000));
    await world.desks.propose(of('rests', 1, { orderType: 'limit', limitPrice: decimal(97) }));
    await world.desks.propose({ ...of('other', 1), origin: 'person' });
    const found = await orderUpdatesSince(db.kysely, since);
    expect(found.map((change) => [change.decision.key, orderUpdate(change).status]).sort()).toEqual([['refused', 'refused'], ['rests', 'accepted']]);
    expect(told.map(({ change }) => orderUpdateKey(change))).toEqual(expect.arrayContaining(found.map(orderUpdateKey)));
    for (const change of found) expect(orderUpdate(change)).toEqual(told.filter(({ change: { decisionId } }) => decisionId === change.decisionId).at(-1)!.update);
    expect((await orderUpdatesSince(db.kysely, 0)).map(({ decision }) => decision.key).sort()).toEqual(['old', 'refused', 'rests']);
  });
});
