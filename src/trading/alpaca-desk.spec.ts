import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal, ZERO } from '../model/decimal.js';
import { AAPL, QUICK } from '../../test/support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer } from '../../test/support/alpaca-server.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, tradingWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { until } from '../../test/support/until.js';
import { approvalPorts } from './approval-ports.js';
import { ApprovalStore } from './approvals/approval-store.js';
import { Approvals } from './approvals/approvals.js';
import { AlpacaBroker } from './brokers/alpaca/alpaca.broker.js';
import { proposal, type Proposal } from './proposal.js';
import { States } from './states.js';

const SHARE = instrumentOf('AAPL', { assetClass: 'equity', lotSize: 1 });

let db: FreshDatabase;
let server: AlpacaServer;
let feed: HandFeed;
let world: TradingWorld;
let approvals: Approvals;
let needed: number;

beforeEach(async () => {
  db = await freshSqlite();
  server = await startAlpacaServer();
  server.price('AAPL', 100);
  needed = 0;
});

afterEach(async () => {
  await world.desks.stop(1000);
  await server.close();
  await db.drop();
});

/** A desk at Alpaca whose market is at 100; `needed` persons are asked. */
async function begin(): Promise<void> {
  feed = new HandFeed([SHARE], '1m');
  const start = feed.start.bind(feed);
  feed.start = async (sink) => {
    await start(sink);
    await say(100);
  };
  world = await tradingWorld(db, {
    feed, askAgainMs: [5, 10, 20, 50],
    accounts: [accountOf('main', { broker: 'configured', mode: 'margin', balance: 100_000, limits: { ...accountOf('x').limits, maxPosition: 1, maxConcentration: 1, dayTradeRule: null, maxPriceAgeMs: 1e9 } })],
    approvals: (room, now) => (approvals = new Approvals({
      config: { get policies() { return needed > 0 ? [{ brokers: null, accounts: null, symbols: null, origins: null, minNotional: 0, needed: needed as 1 }] : []; }, expiresMs: 900_000, maxDrift: 0.5 },
      store: new ApprovalStore(db.kysely), writer: room.writer, now, price: () => decimal(100), tell: () => undefined, onFault: (error) => { world.errors.push(error); },
    })),
    brokerFor: () => ({
      broker: new AlpacaBroker({ kind: 'alpaca-live', keyId: 'key', secretKey: 'secret', baseUrl: server.url, streamUrl: server.streamUrl, instruments: [AAPL], now: Date.now, onWarning: () => undefined, limits: QUICK }),
      driven: null,
    }),
  });
  approvals.bind(approvalPorts(world.desks, world.states, world.store));
}

async function say(price: number): Promise<void> {
  const now = Date.now();
  await feed.say('AAPL', { time: now - 60_000, knownAt: now, open: price, high: price, low: price, close: price, volume: 1000 });
}

const wanted = (key: string, want: Proposal['want'], more: Partial<Proposal> = {}): Proposal =>
  proposal({ key, accountId: 'main', symbol: 'AAPL', origin: 'person', originId: 'somebody', want, asOf: world.desks.now(), reason: 'so', ...more });
const buy = (quantity: number): Proposal['want'] => ({ kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(quantity) } });
const held = (): string => world.desks.account('main').positions.filter(({ symbol }) => symbol === 'AAPL').map(({ side, quantity }) => `${side} ${quantity.toString()}`).join();
async function bought(quantity: number): Promise<void> {
  await world.desks.propose(wanted(`buy ${quantity}`, buy(quantity)));
  server.price('AAPL', 100);
  await until(() => held() === `long ${quantity}`, 'the position is there');
}

describe('what only closes', () => {
  it('opens nothing, however many persons agree to it and however often', async () => {
    await begin();
    await bought(10);
    needed = 1;
    const first = await world.desks.propose(wanted('close', { kind: 'close', quantity: null }));
    const second = await world.desks.propose(wanted('close again', { kind: 'close', quantity: null }));
    for (const { approvalId } of [first, second]) {
      if (approvalId === null) continue;
      const { hash } = await approvals.find(approvalId);
      await approvals.decide(approvalId, { decision: 'approve', hash, subject: 'somebody' });
      server.price('AAPL', 100);
      await world.desks.idle();
      await until(() => held() === '', 'it is closed');
    }
    expect(server.positions.get('AAPL') ?? ZERO).toEqual(ZERO);
  });
});

describe('the account', () => {
  it('opens and trades although something is held that is not configured here', async () => {
    server.exchange.held.set('TSLA', { quantity: decimal(3), entry: decimal(200) });
    await begin();
    expect(world.errors).toEqual([]);
    await bought(10);
    expect(world.desks.account('main').positions).toHaveLength(2);
  });

  it('knows after fills what may be bought', async () => {
    await begin();
    await bought(10);
    server.price('AAPL', 200);
    await world.desks.propose(wanted('close', { kind: 'close', quantity: null }));
    server.price('AAPL', 200);
    await until(() => held() === '', 'it is closed');
    await until(() => world.desks.desk('main').account.buyingPower?.toString() === '202000', 'what it brought may be bound');
  });

  it('has fees and dividends that Alpaca books with a date of yesterday, after fills of today', async () => {
    await begin();
    await bought(10);
    const before = world.desks.account('main').totals.wallet;
    const date = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    server.exchange.activities.push({ id: `${date}::dividend`, activity_type: 'DIV', date, net_amount: '12.5', symbol: 'AAPL', status: 'executed' });
    server.exchange.activities.push({ id: `${date}::fee`, activity_type: 'CFEE', date, net_amount: '0', symbol: 'AAPL', qty: '-1', price: '100', status: 'executed' });
    server.exchange.held.set('AAPL', { quantity: decimal(9), entry: decimal(100) });
    for (let times = 0; times < 2; times += 1) {
      server.closeStreams();
      await until(async () => { await world.desks.desk('main').idle(); return held() === 'long 9' && server.listeners > 0; }, 'the fee is booked');
    }
    // a fee in coins is as if they were sold, and what they brought paid
    expect(world.desks.account('main').totals.wallet.minus(before).toString()).toBe('-87.5');
    expect(world.states.of('main').state).toBe('ACTIVE');
  });

  it('a difference halts it, and what adds is cancelled', async () => {
    await begin();
    await bought(10);
    await world.desks.propose(wanted('rests', buy(5), { orderType: 'limit', limitPrice: decimal(96) }));
    expect(server.orders.at(-1)).toMatchObject({ status: 'new', limit_price: '96' });
    server.exchange.held.set('AAPL', { quantity: decimal(7), entry: decimal(100) });
    server.closeStreams();
    await until(() => world.states.of('main').state === 'HALTED', 'it is halted');
    await until(() => server.orders.at(-1)!.status === 'canceled', 'it is cancelled');
  });

  it.each([
    ['a node that only heard of it', 'ACTIVE', () => new States(db.kysely, world.writer)],
    ['REDUCING', 'REDUCING', () => world.desks],
  ] as const)('goes on with what the broker has, whichever way it leaves HALTED: by %s', async (_name, state, by) => {
    await begin();
    await bought(10);
    server.exchange.held.set('AAPL', { quantity: decimal(7), entry: decimal(100) });
    server.closeStreams();
    await until(() => world.states.of('main').state === 'HALTED', 'it is halted');
    const change = { state, code: null, reason: 'a spec', by: 'somebody', at: world.desks.now() };
    const other = by();
    if (other instanceof States) {
      await other.sync();
      await other.set('main', change);
      await world.desks.refresh();
    } else await other.setState('main', change);
    expect(world.states.of('main').state).toBe(state);
    expect(held()).toBe('long 7');
  });

  it('sends nothing that adds while its line is broken, also where persons have agreed', async () => {
    await begin();
    needed = 1;
    const { approvalId } = await world.desks.propose(wanted('in', buy(5)));
    server.auth = 'silent';
    server.closeStreams();
    await until(async () => (await world.desks.propose(wanted(`x${Math.random()}`, buy(1))).then(() => false, () => true)), 'the line is known to be broken');
    const { hash } = await approvals.find(approvalId!);
    await approvals.decide(approvalId!, { decision: 'approve', hash, subject: 'somebody' });
    expect(server.orders).toHaveLength(0);
    expect(await approvals.find(approvalId!)).toMatchObject({ status: 'approved' });
    server.auth = 'accepted';
    await until(async () => { await approvals.sweep(); return server.orders.length === 1; }, 'it is sent when the line is back');
  });
});
