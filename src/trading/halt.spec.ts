import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { decimal } from '../model/decimal.js';
import type { AlpacaServer } from '../../test/support/alpaca-server.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { haltWorld, openAt, type HaltWorld } from '../../test/support/halt-world.js';
import { until } from '../../test/support/until.js';
import { CANCELS_AT_ONCE } from './cancels.js';

const [ADDING, ANSWER_MS] = [40, 50];
const DELETE = 'DELETE /v2/orders/:id';
const STOPS = ['sell stop_limit', 'sell stop_limit'];

let db: FreshDatabase;
let halting: HaltWorld;
let server: AlpacaServer;

beforeEach(async () => { db = await freshSqlite(); });
afterEach(async () => {
  await halting.stop();
  await db.drop();
});

async function begin(accountIds: readonly string[] = ['main'], timeoutMs = 3_000): Promise<HaltWorld> {
  halting = await haltWorld(db, accountIds, { timeoutMs });
  server = halting.servers[0]!;
  return halting;
}
const orders = async (): Promise<readonly string[]> =>
  (await db.kysely.selectFrom('orders').select(['role', 'status']).where('status', 'in', ['stored', 'unknown', 'accepted', 'partially_filled']).execute()).map(({ role, status }) => `${role} ${status}`);
const alerts = async (): Promise<readonly { code: string; message: string }[]> =>
  (await db.kysely.selectFrom('room_messages').select('body').where('room', '=', 'system').where('type', '=', 'system_alert').orderBy('offset').execute()).map(({ body }) => JSON.parse(body) as { code: string; message: string });

it('takes forty orders that add exposure off Alpaca, several at once and with one request each, and leaves the stops', async () => {
  const { fill, halt } = await begin();
  await fill('main', ADDING);
  expect(openAt(server)).toHaveLength(ADDING + 2);
  server.latencyMs = ANSWER_MS;
  const asked: string[] = [];
  server.fault = ({ route, last }) => {
    asked.push(`${route} ${last}`);
    return null;
  };
  await halt('main');
  expect(openAt(server)).toEqual(STOPS);
  expect(await orders()).toEqual(['stop accepted', 'stop accepted']);
  expect(server.mostAtOnce.get(DELETE)).toBeGreaterThan(4);
  expect(server.mostAtOnce.get(DELETE)).toBeLessThanOrEqual(CANCELS_AT_ONCE);
  const adding = server.orders.filter(({ status }) => status === 'canceled').map(({ id }) => `${DELETE} ${id}`);
  expect(asked.slice(0, ADDING).sort()).toEqual(adding.sort()); // whatever Alpaca was slow to tell is asked for after them
  expect((await alerts()).map(({ code }) => code)).toEqual(['TRADING_HALTED']);
});

it('one cancel that fails stops no other: it is said, asked for again until it works, and that is said', async () => {
  const { fill, halt } = await begin();
  await fill('main', 6);
  const stuck = server.orders.find(({ side, type }) => side === 'buy' && type === 'limit')!;
  let fails = true;
  server.fault = ({ route, last }) => (route === DELETE && last === stuck.id && fails ? { does: 'status-before', status: 500 } : null);
  await halt('main');
  expect(openAt(server)).toEqual([...STOPS, 'buy limit']);
  await until(async () => (await alerts()).some(({ code }) => code === 'CANCELS_LEFT'), 'what is left is said');
  expect((await alerts()).find(({ code }) => code === 'CANCELS_LEFT')!.message).toMatch(new RegExp(`buy 1 BTC/USD \\(${stuck.client_order_id}\\)`));
  fails = false;
  await until(async () => (await alerts()).some(({ code }) => code === 'CANCELS_DONE'), 'all is gone');
  expect(openAt(server)).toEqual(STOPS);
  expect((await alerts()).map(({ code }) => code)).toEqual(['TRADING_HALTED', 'CANCELS_LEFT', 'CANCELS_DONE']);
});

it('waits for no order that is under way, and cancels that one once it is there', async () => {
  const { fill, buy, halt } = await begin();
  await fill('main', 5);
  server.fault = ({ route }) => (route === 'POST /v2/orders' ? { does: 'slow-after', ms: 800 } : null);
  const underWay = server.orders.length + 1;
  let answered = false;
  const sending = buy('main', 'BTC/USD', 60).finally(() => { answered = true; });
  await until(() => server.orders.length === underWay, 'it is sent');
  const halted = halt('main');
  await until(() => openAt(server).length === 3, 'those before it are gone');
  expect(answered).toBe(false);
  await Promise.all([sending, halted]);
  expect(openAt(server)).toEqual(STOPS);
});

it('one account\'s broker that does not answer keeps no other account\'s orders', async () => {
  const { fill, halt, servers } = await begin(['first', 'second'], 500);
  const [first, second] = servers as [AlpacaServer, AlpacaServer];
  await fill('first', 3);
  await fill('second', 3);
  let hangs = true;
  first.fault = ({ route }) => (route === DELETE && hangs ? { does: 'done-late', ms: 60_000 } : null);
  const halted = halt('all');
  await until(() => openAt(second).length === 2, 'those of the second are gone');
  expect([openAt(first).length, first.requests.get(DELETE)]).toEqual([5, 3]); // the first was asked once and has not answered
  hangs = false;
  await halted;
  await until(() => openAt(first).length === 2, 'those of the first go later');
  expect(openAt(first)).toEqual(STOPS);
});

it('an account that a difference halts has its orders cancelled too', async () => {
  const { fill, world } = await begin();
  await fill('main', 4);
  server.exchange.held.set('BTCUSD', { quantity: decimal(7), entry: decimal(100) });
  server.closeStreams();
  await until(() => world.states.of('main').code === 'RECONCILIATION_DIFFERS', 'the difference is seen');
  await until(() => openAt(server).length === 2, 'what adds is gone');
  expect(openAt(server)).toEqual(STOPS);
});
