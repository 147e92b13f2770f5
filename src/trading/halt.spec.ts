import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { decimal } from '../model/decimal.js';
import { BITCOIN, QUICK } from '../../test/support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer } from '../../test/support/alpaca-server.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../test/support/hand-feed.js';
import { accountOf, tradingWorld, type TradingWorld } from '../../test/support/trading-world.js';
import { until } from '../../test/support/until.js';
import { AlpacaBroker } from './brokers/alpaca/alpaca.broker.js';
import { CANCELS_AT_ONCE } from './cancels.js';
import { proposal } from './proposal.js';

const [ADDING, ANSWER_MS] = [40, 50];
const DELETE = 'DELETE /v2/orders/:id';
const COINS = ['BTC/USD', 'ETH/USD'];
const OPEN = new Set(['new', 'partially_filled']);

let db: FreshDatabase;
let world: TradingWorld;
let servers: AlpacaServer[];
let asked = 0;
let timeoutMs: number;

beforeEach(async () => {
  db = await freshSqlite();
  [servers, timeoutMs] = [[], 3_000];
});
afterEach(async () => {
  await world.desks.stop(1000);
  for (const server of servers) await server.close();
  await db.drop();
});

/** Accounts at an Alpaca of their own each. */
async function begin(...accountIds: string[]): Promise<void> {
  const feed = new HandFeed(COINS.map((symbol) => instrumentOf(symbol)), '1m');
  for (const _ of accountIds) servers.push(await startAlpacaServer());
  const { limits } = accountOf('x');
  world = await tradingWorld(db, {
    feed, askAgainMs: [20, 40],
    accounts: accountIds.map((id) => accountOf(id, {
      mode: 'margin', balance: 100_000,
      limits: { ...limits, priceBand: 1, maxPosition: 1, maxExposure: 1, maxConcentration: 1, ordersPerMinute: 1000, minConfidence: 0, maxPriceAgeMs: 1e12 },
    })),
    brokerFor: ({ id }) => {
      const { url, streamUrl } = servers[accountIds.indexOf(id)]!;
      return { driven: null, broker: new AlpacaBroker({
        kind: 'alpaca-paper', keyId: 'key', secretKey: 'secret', baseUrl: url, streamUrl, instruments: COINS.map((symbol) => ({ ...BITCOIN, symbol })), now: Date.now,
        onWarning: () => undefined, limits: { ...QUICK, timeoutMs },
      }) };
    },
  });
  for (const symbol of COINS) await feed.say(symbol, { time: Date.now() - 60_000, knownAt: Date.now(), open: 100, high: 100, low: 100, close: 100, volume: 1000 });
}

const buy = (accountId: string, symbol: string, limit: number | null): ReturnType<TradingWorld['desks']['propose']> => world.desks.propose(proposal({
  key: `intent-${(asked += 1)}`, accountId, symbol, origin: 'person', originId: 'somebody', asOf: Date.now(), reason: 'so',
  want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } },
  ...(limit === null ? { exits: { target: null, stop: decimal(80) } } : { orderType: 'limit', limitPrice: decimal(limit) }),
}));
const open = (server: AlpacaServer): readonly string[] => server.orders.filter(({ status }) => OPEN.has(status)).map(({ side, type }) => `${side} ${type}`);
const orders = async (): Promise<readonly string[]> =>
  (await db.kysely.selectFrom('orders').select(['role', 'status']).where('status', 'in', ['stored', 'unknown', 'accepted', 'partially_filled']).execute()).map(({ role, status }) => `${role} ${status}`);
const alerts = async (): Promise<readonly { code: string; message: string }[]> =>
  (await db.kysely.selectFrom('room_messages').select('body').where('room', '=', 'system').where('type', '=', 'system_alert').orderBy('offset').execute()).map(({ body }) => JSON.parse(body) as { code: string; message: string });
const halt = (scope: string): Promise<unknown> => world.desks.setState(scope, { state: 'HALTED', code: null, reason: 'enough', by: 'somebody', at: Date.now() });

/** A position in each coin with its stop at Alpaca, and so many limit orders that would add. */
async function filled(accountId: string, server: AlpacaServer, adding: number): Promise<void> {
  for (const symbol of COINS) {
    await buy(accountId, symbol, null);
    server.price(symbol, 100);
  }
  await until(() => open(server).filter((each) => each === 'sell stop_limit').length === COINS.length, 'the stops rest at Alpaca');
  for (let at = 0; at < adding; at += 1) await buy(accountId, COINS[at % 2]!, 50 + at / 10);
  await world.desks.idle();
}
const STOPS = ['sell stop_limit', 'sell stop_limit'];

it('takes forty orders that add exposure off Alpaca, several at once and with one request each, and leaves the stops', async () => {
  await begin('main');
  const [server] = servers as [AlpacaServer];
  await filled('main', server, ADDING);
  expect(open(server)).toHaveLength(ADDING + 2);
  server.latencyMs = ANSWER_MS;
  const before = { asked: server.requests.get('GET /v2/orders:by_client_order_id') ?? 0, at: performance.now() };
  await halt('main');
  if (process.env['SHOW']) process.stdout.write(`${ADDING} orders gone in ${Math.round(performance.now() - before.at)} ms, answers after ${ANSWER_MS} ms\n`);
  expect(open(server)).toEqual(STOPS);
  expect(await orders()).toEqual(['stop accepted', 'stop accepted']);
  expect(server.mostAtOnce.get(DELETE)).toBeGreaterThan(CANCELS_AT_ONCE / 2);
  expect(server.mostAtOnce.get(DELETE)).toBeLessThanOrEqual(CANCELS_AT_ONCE);
  expect([server.requests.get(DELETE), server.requests.get('GET /v2/orders:by_client_order_id') ?? 0]).toEqual([ADDING, before.asked]);
  expect((await alerts()).map(({ code }) => code)).toEqual(['TRADING_HALTED']);
});

it('one cancel that fails stops no other: it is said, asked for again until it works, and that is said', async () => {
  await begin('main');
  const [server] = servers as [AlpacaServer];
  await filled('main', server, 6);
  const stuck = server.orders.find(({ side, type }) => side === 'buy' && type === 'limit')!;
  let fails = true;
  server.fault = ({ route, last }) => (route === DELETE && last === stuck.id && fails ? { does: 'status-before', status: 500 } : null);
  await halt('main');
  expect(open(server)).toEqual([...STOPS, 'buy limit']);
  await until(async () => (await alerts()).some(({ code }) => code === 'CANCELS_LEFT'), 'what is left is said');
  expect((await alerts()).find(({ code }) => code === 'CANCELS_LEFT')!.message).toMatch(new RegExp(`buy 1 BTC/USD \\(${stuck.client_order_id}\\)`));
  fails = false;
  await until(async () => (await alerts()).some(({ code }) => code === 'CANCELS_DONE'), 'all is gone');
  expect(open(server)).toEqual(STOPS);
  expect((await alerts()).map(({ code }) => code)).toEqual(['TRADING_HALTED', 'CANCELS_LEFT', 'CANCELS_DONE']);
});

it('waits for no order that is under way, and cancels that one once it is there', async () => {
  await begin('main');
  const [server] = servers as [AlpacaServer];
  await filled('main', server, 5);
  server.fault = ({ route }) => (route === 'POST /v2/orders' ? { does: 'slow-after', ms: 800 } : null);
  const underWay = server.orders.length + 1;
  let answered = false;
  const sending = buy('main', 'BTC/USD', 60).finally(() => { answered = true; });
  await until(() => server.orders.length === underWay, 'it is sent');
  const halted = halt('main');
  await until(() => open(server).length === 3, 'those before it are gone');
  expect(answered).toBe(false);
  await Promise.all([sending, halted]);
  expect(open(server)).toEqual(STOPS);
});

it('one account\'s broker that does not answer keeps no other account\'s orders', async () => {
  timeoutMs = 500;
  await begin('first', 'second');
  const [first, second] = servers as [AlpacaServer, AlpacaServer];
  await filled('first', first, 3);
  await filled('second', second, 3);
  let hangs = true;
  first.fault = ({ route }) => (route === DELETE && hangs ? { does: 'slow-after', ms: 60_000 } : null);
  first.exchange.cancel = () => null; // and nothing comes of it
  const halted = halt('all');
  await until(() => open(second).length === 2, 'those of the second are gone');
  expect(open(first)).toHaveLength(5);
  delete (first.exchange as Partial<Pick<typeof first.exchange, 'cancel'>>).cancel;
  hangs = false;
  await halted;
  await until(() => open(first).length === 2, 'those of the first go later');
  expect(open(first)).toEqual(STOPS);
});

it('an account that a difference halts has its orders cancelled too', async () => {
  await begin('main');
  const [server] = servers as [AlpacaServer];
  await filled('main', server, 4);
  server.exchange.held.set('BTCUSD', { quantity: decimal(7), entry: decimal(100) });
  server.closeStreams();
  await until(() => world.states.of('main').code === 'RECONCILIATION_DIFFERS', 'the difference is seen');
  await until(() => open(server).length === 2, 'what adds is gone');
  expect(open(server)).toEqual(STOPS);
});
