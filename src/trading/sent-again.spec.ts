import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal } from '../model/decimal.js';
import { nextClose } from '../model/new-york-calendar.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, TERMS, tradingWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { PaperBroker } from './brokers/broker.paper.js';
import type { BrokerOrder, Ticket } from './brokers/broker.js';
import { proposal, type Proposal } from './proposal.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);

/** Its process ends before it sends. */
class Mortal extends PaperBroker {
  dying = false;

  override async submit(ticket: Ticket): Promise<BrokerOrder> {
    if (this.dying) throw new Error('killed');
    return super.submit(ticket);
  }
}

let db: FreshDatabase;
let feed: HandFeed;
let world: TradingWorld;
let broker: Mortal;
let bar: number;

beforeEach(async () => {
  db = await freshSqlite();
  bar = 0;
});

afterEach(async () => {
  await world.desks.stop(1000);
  await db.drop();
});

async function begin(): Promise<void> {
  feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
  const start = feed.start.bind(feed);
  feed.start = async (sink) => {
    await start(sink);
    await say();
  };
  world = await tradingWorld(db, {
    feed, accounts: [accountOf('main')],
    brokerFor: ({ id, mode, balance, currency }) => {
      broker = new Mortal({ db: db.kysely, accountId: id, mode, balance, currency, terms: TERMS, instruments: feed.instruments, sessionEnd: (_instrument, at) => nextClose(at + 1), onError: (error) => { throw error; } });
      return { broker, driven: broker };
    },
  });
}

async function say(): Promise<void> {
  const time = BEGIN + bar++ * MINUTE;
  await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: 100, high: 100, low: 100, close: 100, volume: 10_000 });
}
async function candle(): Promise<void> {
  await say();
  await world.desks.idle();
}

const wanted = (key: string, want: Proposal['want']): Proposal =>
  proposal({ key, accountId: 'main', symbol: 'BTCUSDT', origin: 'person', originId: 'somebody', want, asOf: world.desks.now(), reason: 'so' });
/** 15 % of the equity, where 20 % may be in one symbol. */
const BUY = { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(15) } } as const;

async function killedWhile(asking: Proposal): Promise<void> {
  broker.dying = true;
  await expect(world.desks.propose(asking)).rejects.toThrow('killed');
  await world.desks.stop(1000);
  await begin();
  await candle();
}

describe('an order that was stored and not sent before the process ended', () => {
  it('does not count beside itself when it is sent: what fitted the limits then fits them now', async () => {
    await begin();
    await killedWhile(wanted('in', BUY));
    const [order] = await db.kysely.selectFrom('orders').selectAll().execute();
    expect(order).toMatchObject({ status: 'filled', reason: null });
  });

  it('closes, also in HALTED', async () => {
    await begin();
    await world.desks.propose(wanted('in', BUY));
    await candle();
    await world.desks.setState('main', { state: 'HALTED', code: 'BY_HAND', reason: 'a spec', by: 'somebody', at: world.desks.now() });
    await killedWhile(wanted('out', { kind: 'close', quantity: null }));
    expect(world.desks.account('main').positions).toEqual([]);
  });
});
