import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CodedError } from '../../src/model/codes.js';
import { decimal, ZERO, type Decimal } from '../../src/model/decimal.js';
import { sign } from '../../src/model/trading.js';
import { PaperBroker } from '../../src/trading/brokers/broker.paper.js';
import { Broker, type BrokerListener, type BrokerOrder, type Ticket } from '../../src/trading/brokers/broker.js';
import { AlpacaBroker } from '../../src/trading/brokers/alpaca/alpaca.broker.js';
import { proposal, type Proposal } from '../../src/trading/proposal.js';
import { BITCOIN, QUICK } from '../support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer } from '../support/alpaca-server.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';
import { HandFeed, instrumentOf } from '../support/hand-feed.js';
import { accountOf, TERMS, tradingWorld, type TradingWorld } from '../support/trading-world.js';
import { until } from '../support/until.js';

const RUNS = Number(process.env['RUNS'] ?? 500);
const SYMBOL = BITCOIN.symbol;

/** The same for a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Killed extends Error {}

/** Our process ends before it sends, or before it hears the answer: nothing after that is done by it. */
class Killing extends Broker {
  dead = false;
  constructor(private readonly inner: Broker, private readonly kill: () => 'before' | 'after' | null) {
    super();
  }

  get kind(): string { return this.inner.kind; }
  abilities(...of: Parameters<Broker['abilities']>): ReturnType<Broker['abilities']> { return this.inner.abilities(...of); }
  async start(listener: BrokerListener): Promise<void> {
    const ifAlive = <T extends unknown[]>(tell: (...of: T) => Promise<void>) => async (...of: T): Promise<void> => { if (!this.dead) await tell(...of); };
    await this.inner.start({
      executed: ifAlive((each) => listener.executed(each)), changed: ifAlive((each) => listener.changed(each)), booked: ifAlive((each) => listener.booked(each)),
      reconnected: () => { if (!this.dead) listener.reconnected(); }, lost: (error) => { if (!this.dead) listener.lost(error); },
    });
  }
  stop(): Promise<void> { return this.inner.stop(); }
  async submit(ticket: Ticket): Promise<BrokerOrder> {
    const when = this.dead ? 'before' : this.kill();
    if (when !== null) this.dead = true;
    if (when === 'before') throw new Killed();
    const answer = await this.inner.submit(ticket);
    if (when === 'after') throw new Killed();
    return answer;
  }
  private get alive(): Broker {
    if (this.dead) throw new Killed();
    return this.inner;
  }

  async cancel(id: string): Promise<void> { await this.alive.cancel(id); }
  async find(id: string): Promise<BrokerOrder | null> { return this.alive.find(id); }
  async openOrders(): ReturnType<Broker['openOrders']> { return this.alive.openOrders(); }
  async positions(): ReturnType<Broker['positions']> { return this.alive.positions(); }
  async account(): ReturnType<Broker['account']> { return this.alive.account(); }
  async executions(since: number): ReturnType<Broker['executions']> { return this.alive.executions(since); }
  async entries(since: number): ReturnType<Broker['entries']> { return this.alive.entries(since); }
}

/** The other side: what it has, whatever we believe. */
interface Venue {
  broker(): Broker;
  driven(broker: Broker): PaperBroker | null;
  /** The market trades here: in parts where `volume` is small. */
  price(world: TradingWorld, price: number, volume: number): Promise<void>;
  /** Client order ids, each as often as it is there. */
  orders(): Promise<readonly string[]>;
  position(): Promise<Decimal>;
  healed(): void;
  close(): Promise<void>;
}

let db: FreshDatabase;
beforeAll(async () => { db = await freshSqlite(); });
afterAll(() => db.drop());

async function run(seed: number, accountId: string, venue: Venue): Promise<void> {
  const next = random(seed);
  const deaths = { left: 2 };
  const worlds: { world: TradingWorld; broker: Killing }[] = [];
  let price = 100;
  const open = async (): Promise<TradingWorld> => {
    const before = worlds.at(-1)?.world;
    await before?.desks.stop(0); // what was on its way to the database when it died
    await before?.writer.idle();
    const feed = new HandFeed([instrumentOf(SYMBOL)], '1m');
    let broker: Killing | null = null;
    const opened = await tradingWorld(db, {
      feed: alreadyAt(feed, price), askAgainMs: [5, 10, 20, 100], accounts: [accountOf(accountId, { mode: venue.driven(venue.broker()) ? 'spot' : 'margin', balance: 1_000_000, limits: { ...accountOf('x').limits, priceBand: 1, maxPosition: 1, maxExposure: 1, maxConcentration: 1, ordersPerMinute: 1000, maxDailyLoss: 1, maxDrawdown: 1, minConfidence: 0, maxPriceAgeMs: 1e9 } })],
      brokerFor: () => {
        broker = new Killing(venue.broker(), () => (deaths.left > 0 && next() < 0.15 ? (deaths.left--, next() < 0.5 ? 'before' : 'after') : null));
        return { broker, driven: venue.driven(broker['inner']) };
      },
    });
    worlds.push({ world: opened, broker: broker! });
    return opened;
  };
  let world = await open();
  /** Where the process has died meanwhile, the next one. */
  const alive = async (): Promise<TradingWorld> => (worlds.at(-1)!.broker.dead ? (world = await open()) : world);
  const wanted = Array.from({ length: 1 + Math.floor(next() * 3) }, (_, at): Proposal => {
    const limit = next() < 0.4;
    return proposal({
      key: `intent-${at}`, accountId, symbol: SYMBOL, origin: 'person', originId: 'somebody', asOf: Date.now(), reason: 'so',
      want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1 + Math.floor(next() * 5)) } },
      orderType: limit ? 'limit' : 'market', limitPrice: limit ? decimal(105) : null,
    });
  });
  const asked = new Map<string, string>();
  for (const each of wanted) {
    for (let tries = 0; !asked.has(each.key); tries += 1) {
      if (tries > 100) throw new Error(`seed ${seed}: ${each.key} is never answered`);
      try {
        const decision = await (await alive()).desks.propose(each);
        if (decision.orderId) asked.set(each.key, decision.orderId);
        else throw new Error(`seed ${seed}: ${JSON.stringify(decision.gate)}`);
      } catch (error) {
        if (error instanceof Killed) continue;
        if (error instanceof CodedError && error.row.retryable) await world.desks.refresh().then(() => new Promise((resolve) => { setTimeout(resolve, 20); }));
        else throw error;
      }
      if (next() < 0.3) await world.desks.propose(each).catch(() => undefined); // a client that asks again
    }
    if (next() < 0.5) await venue.price(await alive(), (price = 100 + Math.floor(next() * 4)), next() < 0.5 ? 1 : 1000);
  }
  venue.healed();
  await until(async () => {
    await alive();
    await venue.price(world, price, 1000);
    await world.desks.refresh();
    await world.desks.idle();
    const { positions } = world.desks.account(accountId);
    const ours = positions.reduce((sum, position) => sum.plus(position.quantity.times(sign(position.side))), ZERO);
    const total = wanted.reduce((sum, { want }) => (want.kind === 'open' && want.size.kind === 'quantity' ? sum.plus(want.size.quantity) : sum), ZERO);
    return ours.eq(total) && ours.eq(await venue.position());
  }, `seed ${seed}: our position, the broker's and what was wanted agree`, 8000).catch(async (error: unknown) => {
    throw new Error(`${String(error)} ${JSON.stringify({ position: await venue.position(), orders: await db.kysely.selectFrom('orders').select(['order_id', 'status', 'quantity', 'filled_quantity', 'reason']).where('account_id', '=', accountId).execute(), theirs: await venue.orders(), errors: world.errors.map(String).slice(-5), open: world.desks.desk(accountId).account.openOrders(), state: world.states.effective(accountId) })}`);
  });
  const orders = await venue.orders();
  expect({ seed, orders: [...orders].sort() }).toEqual({ seed, orders: [...asked.values()].sort() });
  const fills = await db.kysely.selectFrom('fills').select(['quantity']).where('account_id', '=', accountId).execute();
  expect(fills.reduce((sum, { quantity }) => sum.plus(quantity), ZERO).toString()).toBe((await venue.position()).toString());
  expect(world.states.effective(accountId).state).toBe('ACTIVE');
  for (const { world: each } of worlds) await each.desks.stop(0);
  await venue.close();
}

/** A feed that has said its price already. */
function alreadyAt(feed: HandFeed, price: number): HandFeed {
  const started = feed.start.bind(feed);
  feed.start = async (sink) => {
    await started(sink);
    await feed.say(SYMBOL, { time: Date.now() - 60_000, knownAt: Date.now(), open: price, high: price, low: price, close: price, volume: 100 });
  };
  return feed;
}

function paperVenue(accountId: string): Venue {
  let last: PaperBroker | null = null;
  return {
    broker: () => (last = new PaperBroker({
      db: db.kysely, accountId, mode: 'spot', balance: 1_000_000, currency: 'USD', terms: TERMS, instruments: [instrumentOf(SYMBOL)], sessionEnd: () => Infinity, onError: () => undefined,
    })),
    driven: (broker) => (broker instanceof PaperBroker ? broker : null),
    price: async (world, price, volume) => {
      await world.desks.idle();
      world.desks.desk(accountId).tick(SYMBOL, price, volume * 10, Date.now() + 1);
      await last!.tick(SYMBOL, price, volume * 10, Date.now() + 1);
    },
    orders: async () => (await db.kysely.selectFrom('paper_orders').select('client_order_id').where('account_id', '=', accountId).execute()).map(({ client_order_id: id }) => id),
    position: async () => (await last!.positions()).reduce((sum, { quantity }) => sum.plus(quantity), ZERO),
    healed: () => undefined,
    close: async () => undefined,
  };
}

async function alpacaVenue(seed: number): Promise<Venue> {
  const server: AlpacaServer = await startAlpacaServer();
  server.price('BTCUSD', 100);
  const next = random(seed * 7919);
  server.fault = ({ route }) => {
    const dice = next();
    if (route === 'POST /v2/orders' && dice < 0.4) {
      return ([{ does: 'lost-after' }, { does: 'lost-before' }, { does: 'status-after', status: 500 }, { does: 'status-before', status: 503 }, { does: 'bad-json-after' }] as const)[Math.floor(dice * 12.5)] ?? null;
    }
    if (route === 'GET /v2/orders:by_client_order_id' && dice < 0.15) return { does: 'status-before', status: 500 };
    return null;
  };
  server.streamFault = () => {
    const dice = next();
    return dice < 0.1 ? 'drop' : dice < 0.25 ? 'twice' : dice < 0.35 ? 'later' : dice < 0.4 ? 'close-before' : null;
  };
  return {
    broker: () => new AlpacaBroker({ kind: 'alpaca-paper', keyId: 'key', secretKey: 'secret', baseUrl: server.url, streamUrl: server.streamUrl, instruments: [BITCOIN], now: Date.now, onWarning: () => undefined, limits: QUICK }),
    driven: () => null,
    price: async (_world, price, volume) => server.price('BTCUSD', price, volume),
    orders: async () => server.orders.map(({ client_order_id: id }) => id),
    position: async () => server.positions.get('BTCUSD') ?? ZERO,
    healed: () => {
      server.fault = () => null;
      server.streamFault = () => null;
      server.closeStreams(); // what was dropped is found by the next meeting
    },
    close: () => server.close(),
  };
}

describe('exactly one order for each intent, and positions as the broker has them', () => {
  it(`paper: ${RUNS} seeds of kills, repeats and partial fills`, async () => {
    for (let seed = 1; seed <= RUNS; seed += 1) await run(seed, `paper-${seed}`, paperVenue(`paper-${seed}`));
  });

  it(`Alpaca: ${RUNS} seeds of lost answers, 500s, kills, updates dropped, doubled and out of order`, async () => {
    for (let at = 0; at < RUNS; at += 10) {
      await Promise.all(Array.from({ length: 10 }, async (_, of) => run(at + of + 1, `alpaca-${at + of + 1}`, await alpacaVenue(at + of + 1))));
    }
  }, 600_000);
});
