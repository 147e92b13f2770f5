import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { MemoryTrading } from '../../../test/support/memory-trading.js';
import { roomNode } from '../../../test/support/room-node.js';
import { decimal } from '../../model/decimal.js';
import { proposal } from '../proposal.js';
import { EquityPoints } from './equity-points.js';

let db: FreshDatabase;
let trading: MemoryTrading;
let points: EquityPoints;

beforeEach(async () => {
  db = await freshSqlite();
  trading = new MemoryTrading();
  trading.open('one');
  trading.open('two', 500);
  points = new EquityPoints({ db: db.kysely, writer: roomNode(db).writer, trading, onError: (error) => { throw error; } });
  points.start();
});
afterEach(async () => {
  await points.idle();
  await db.drop();
});

const buy = (time: number, price: number): Promise<unknown> => {
  trading.time = time;
  return trading.propose(proposal({
    key: String(time), accountId: 'one', symbol: 'BTCUSDT', origin: 'agent', originId: 'one', want: { kind: 'open', side: 'long', size: { kind: 'policy' } }, asOf: time, reason: '', price: decimal(price),
  }));
};
const mark = async (time: number, price: number): Promise<void> => {
  trading.time = time;
  await trading.mark('BTCUSDT', price);
};
const times = async (account = 'one'): Promise<number[]> => (await points.idle(), await points.latest(account, 500)).map(({ at }) => at);

it('at most one a minute of market time, each account for itself', async () => {
  for (let time = 0; time <= 180_000; time += 1000) await mark(time, 100);
  expect(await times()).toEqual([0, 60_000, 120_000, 180_000]);
  expect(await times('two')).toEqual([0, 60_000, 120_000, 180_000]);
});

it('one at each fill, as the account is after it', async () => {
  await mark(0, 100);
  await buy(1000, 100);
  await mark(59_000, 90);
  await mark(61_000, 90);
  await points.idle();
  expect(await points.latest('one', 500)).toEqual([
    { at: 0, equity: 10_000, available: 10_000, unrealised: 0 }, { at: 1000, equity: 10_000, available: 9000, unrealised: 0 }, { at: 61_000, equity: 9900, available: 8900, unrealised: -100 },
  ]);
  expect(await times('two')).toEqual([0, 61_000]);
});

it('the newest, oldest first; of one moment the last word', async () => {
  await buy(0, 100);
  await buy(5, 100);
  await mark(60_005, 100);
  await points.idle();
  expect((await points.latest('one', 2)).map(({ at }) => at)).toEqual([5, 60_005]);
  trading.time = 60_005;
  await trading.mark('BTCUSDT', 50);
  await buy(60_005, 50);
  await points.idle();
  expect((await points.latest('one', 1))[0]!.equity).toBeLessThan(10_000);
  expect(await points.newest('one')).toBe(60_005);
  expect(await points.newest('nobody')).toBeNull();
});

it('none of an account that another node trades; a file that begins anew is recorded again', async () => {
  trading.elsewhere.add('two');
  await mark(600_000, 100);
  await mark(1000, 100);
  expect(await times()).toEqual([1000, 600_000]);
  expect(await times('two')).toEqual([]);
});
