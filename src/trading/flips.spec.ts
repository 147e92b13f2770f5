import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nextClose } from '../model/new-york-calendar.js';
import { decimal } from '../model/decimal.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, TERMS, tradingWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { approvalPorts } from './approval-ports.js';
import { ApprovalStore } from './approvals/approval-store.js';
import { Approvals } from './approvals/approvals.js';
import { PaperBroker } from './brokers/broker.paper.js';
import type { BrokerOrder, Ticket } from './brokers/broker.js';
import { proposal, type Proposal } from './proposal.js';
import type { OrderChange } from './trading.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);
const LONG = { kind: 'target', direction: 1, size: { kind: 'policy' } } as const;
const SHORT = { ...LONG, direction: -1 } as const;

/** Where the process may end: asked before and after whatever it does. */
type Moment = () => Promise<void>;

class MortalBroker extends PaperBroker {
  moment: Moment = async () => undefined;

  override async submit(ticket: Ticket): Promise<BrokerOrder> {
    await this.moment();
    const answer = await super.submit(ticket);
    await this.moment();
    return answer;
  }
}

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('a change of side, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let feed: HandFeed;
  let world: TradingWorld;
  let approvals: Approvals | null;
  let told: OrderChange[];
  let bar: number;
  let account: string;

  beforeEach(async () => {
    db = await fresh();
    [bar, told, account, approvals] = [0, [], 'main', null];
  });

  afterEach(async () => {
    await world.desks.stop(1000);
    expect(world.errors).toEqual([]);
    await db.drop();
  });

  const say = (price: number, volume = 1000): Promise<void> => {
    const time = BEGIN + bar++ * MINUTE;
    return feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume });
  };
  async function candle(price = 100, volume = 1000): Promise<void> {
    await say(price, volume);
    await world.desks.idle();
  }

  /** A node that finds the books as they are. `priced`: its market has a price before the desks open. */
  async function begin({ moment = async () => undefined, priced = true, asked = false }: { moment?: Moment; priced?: boolean; asked?: boolean } = {}): Promise<void> {
    feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
    if (priced) {
      const start = feed.start.bind(feed);
      feed.start = async (sink) => {
        await start(sink);
        await say(100);
      };
    }
    const changed = async (change: OrderChange): Promise<void> => {
      told.push(change);
      await moment();
    };
    world = await tradingWorld(db, {
      feed, accounts: [accountOf(account, { mode: 'perpetual', maxLeverage: 5, limits: { ...accountOf('x').limits, minConfidence: 0 } })],
      brokerFor: ({ id, mode, balance, currency }) => {
        const broker = new MortalBroker({
          db: db.kysely, accountId: id, mode, balance, currency, terms: TERMS, instruments: feed.instruments, sessionEnd: (_instrument, at) => nextClose(at + 1), onError: (error) => { throw error; },
        });
        broker.moment = moment;
        return { broker, driven: broker };
      },
      listen: { changed, decided: moment, filled: moment, closed: moment },
      ...(asked && {
        approvals: ({ writer }, now) => (approvals = new Approvals({
          config: { policies: [{ brokers: null, accounts: null, symbols: null, origins: ['group'], minNotional: 0, needed: 1 }], expiresMs: 5 * MINUTE, maxDrift: 0.01 },
          store: new ApprovalStore(db.kysely), writer, now, price: (symbol) => world.prices.of(symbol)?.last ?? null, tell: () => undefined, onFault: (error) => world.errors.push(error),
        })),
      }),
    });
    approvals?.bind(approvalPorts(world.desks, world.states, world.store));
  }

  const wanted = (key: string, want: Proposal['want'], more: Partial<Proposal> = {}): Proposal =>
    proposal({ key, accountId: account, symbol: 'BTCUSDT', origin: 'signal', originId: key, want, asOf: BEGIN, reason: 'so', confidence: 1, ...more });
  const ask = (key: string, want: Proposal['want'], more: Partial<Proposal> = {}) => world.desks.propose(wanted(key, want, more));
  const orders = async (): Promise<readonly string[]> => (await db.kysely.selectFrom('orders').selectAll().where('account_id', '=', account).execute()).map(({ role, side, status }) => `${role} ${side} ${status}`).sort();
  const waiting = async (): Promise<number> => (await db.kysely.selectFrom('waiting_openings').selectAll().execute()).length;
  const ends = (): readonly unknown[] => told.filter(({ decision: { key } }) => key.endsWith(':open')).map(({ decision: { key, status, gate } }) => [key, status, gate?.code ?? null]);
  const position = (): readonly unknown[] => world.desks.account(account).positions.map(({ side, quantity }) => `${side} ${quantity.toString()}`);
  async function long(): Promise<void> {
    await begin();
    await ask('long', LONG);
    await candle();
    expect(position()).toEqual(['long 4.999']);
  }

  it('is one closing and one opening, wherever between the two the process is killed', async () => {
    let kills = 0;
    for (let at = 1; ; at += 1) {
      [bar, account] = [0, `main-${at}`];
      let [armed, passed, dead] = [false, 0, false];
      let die = (): void => undefined;
      const killed = new Promise<void>((resolve) => { die = resolve; });
      await begin({
        moment: async () => {
          if (!dead && (!armed || ++passed !== at)) return;
          dead = true;
          die();
          await new Promise(() => undefined); // nothing after that is done by it
        },
      });
      await ask('long', LONG);
      await candle();
      armed = true;
      await Promise.race([(async () => {
        await ask('short', SHORT);
        await candle();
        await candle();
      })(), killed]);
      if (dead) {
        kills += 1;
        await begin();
        expect(await ask('short', SHORT)).toMatchObject({ duplicate: true }); // a client that asks again
        await candle();
        await candle();
      }
      expect([at, await orders()]).toEqual([at, ['entry buy filled', 'entry sell filled', 'exit sell filled']]);
      expect(position()).toEqual(['short 5']);
      expect(await waiting()).toBe(0);
      await world.desks.stop(1000);
      expect(world.errors).toEqual([]);
      if (!dead) break;
    }
    expect(kills).toBeGreaterThan(12);
  });

  it('waits for the first price after a restart', async () => {
    await long();
    await ask('short', SHORT);
    await world.desks.stop(1000);
    await begin({ priced: false });
    expect(await waiting()).toBe(1);
    await candle();
    await candle();
    expect(position()).toEqual(['short 5']);
    expect(await waiting()).toBe(0);
  });

  it('is not completed, and that is said, a quarter of an hour later', async () => {
    await long();
    let hang = (): void => undefined;
    const hung = new Promise<void>((resolve) => { hang = resolve; });
    world.desks.listen({ closed: () => { hang(); return new Promise(() => undefined); } });
    await ask('short', SHORT);
    void say(100);
    await hung;
    bar += 16;
    await begin();
    expect(ends()).toEqual([['short:open', 'expired', 'EXPIRED']]);
    expect(await waiting()).toBe(0);
    await candle();
    expect(position()).toEqual([]);
    expect(await db.kysely.selectFrom('room_messages').select('message_id').where('message_id', 'like', 'decision:%:expired').execute()).toHaveLength(1);
  });

  it('is not completed where what was to close has ended without it', async () => {
    await long();
    await ask('short', SHORT, { timeInForce: 'fok' });
    expect(await waiting()).toBe(1);
    await candle(100, 10);
    expect(ends()).toEqual([['short:open', 'cancelled', 'NOT_FLAT']]);
    expect(position()).toEqual(['long 4.999']);
    expect(await waiting()).toBe(0);
  });

  it('is not completed where the state forbids it, nor once it allows it again', async () => {
    await long();
    await ask('short', SHORT);
    await world.desks.setState('all', { state: 'HALTED', code: null, reason: 'a test', by: 'somebody', at: world.desks.now() });
    await candle();
    expect(ends()).toEqual([['short:open', 'refused', 'STATE_HALTED']]);
    await world.desks.setState('all', { state: 'ACTIVE', code: null, reason: 'a test', by: 'somebody', at: world.desks.now() });
    await candle();
    expect(position()).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  it('gives way to what is wanted after it', async () => {
    await long();
    await ask('short', SHORT);
    await ask('short', SHORT);
    expect(await waiting()).toBe(1);
    expect(await ask('out', { kind: 'close', quantity: null })).toMatchObject({ gate: { code: 'DUPLICATE' } });
    expect(ends()).toEqual([['short:open', 'cancelled', 'SUPERSEDED']]);
    await candle();
    await candle();
    expect(position()).toEqual([]);
  });

  it('opens all that was wanted of the other side meanwhile', async () => {
    await long();
    const more = { kind: 'open', side: 'short', size: { kind: 'quantity', quantity: decimal(1) } } as const;
    expect(await ask('one', more)).toMatchObject({ status: 'submitted', intent: { reduceOnly: true } });
    expect(await ask('two', more)).toMatchObject({ status: null });
    expect(await ask('two', more)).toMatchObject({ status: null });
    expect(await waiting()).toBe(2);
    await candle();
    await candle();
    expect(position()).toEqual(['short 2']);
    expect(await waiting()).toBe(0);
  });

  it('is none where a target of the same side is smaller', async () => {
    await long();
    await ask('less', { ...LONG, size: { kind: 'share', share: 0.01 } });
    expect(await waiting()).toBe(0);
    await candle();
    expect(position()).toEqual(['long 0.999']);
    expect(await ask('out', { kind: 'close', quantity: null })).toMatchObject({ status: 'submitted' });
    await candle();
    await candle();
    expect(position()).toEqual([]);
  });

  it('asks a person twice where a person is asked: for the closing, then for the opening', async () => {
    await begin({ asked: true });
    await ask('long', LONG);
    await candle();
    const { approvalId } = await ask('short', SHORT, { origin: 'group' });
    expect(await waiting()).toBe(1);
    const agree = async (id: string): Promise<void> => void await approvals!.decide(id, { subject: 'ann', decision: 'approve', hash: (await approvals!.find(id)).hash });
    await agree(approvalId!);
    await candle();
    expect(ends()).toEqual([['short:open', 'waiting_approval', null]]);
    expect(await waiting()).toBe(0);
    const opening = await db.kysely.selectFrom('decisions').select('approval_id').where('decision_key', '=', 'short:open').executeTakeFirstOrThrow();
    await agree(opening.approval_id!);
    await candle();
    expect(position()).toEqual(['short 5']);
  });

  it('is dropped where the person refuses its closing', async () => {
    await begin({ asked: true });
    await ask('long', LONG);
    await candle();
    const { approvalId } = await ask('short', SHORT, { origin: 'group' });
    await approvals!.decide(approvalId!, { subject: 'ann', decision: 'reject', hash: (await approvals!.find(approvalId!)).hash });
    await candle();
    expect(ends()).toEqual([['short:open', 'cancelled', 'NOT_FLAT']]);
    expect(position()).toEqual(['long 4.999']);
  });
});
