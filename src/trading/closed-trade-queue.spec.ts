import { beforeEach, expect, it } from '@jest/globals';
import type { ClosedTradesTable } from '../storage/trading-schema.js';
import { ClosedTradeQueue, type ClosedTradeQueueNeeds } from './closed-trade-queue.js';
import type { TradeEnd } from './trading.js';

const row = (at: number): ClosedTradesTable => ({
  trade_id: `t${at}`, account_id: 'main', symbol: 'AAPL', leg: 'long', side: 'long', quantity: '1', entry_price: '1', exit_price: '1', pnl: '0', fees: '0', leverage: 1,
  opened_at: 0, closed_at: at, liquidated: 0, opened_by: '', closed_by: '',
}) as ClosedTradesTable;
const end = (at: number): TradeEnd => ({ tradeId: `t${at}` }) as TradeEnd;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** What a database would have, and what was done, in its order. */
let stored: number[];
let done: string[];
let faults: unknown[];
let ended: AbortController;

beforeEach(() => {
  [stored, done, faults, ended] = [[], [], [], new AbortController()];
});

const queueOf = (over: Partial<ClosedTradeQueueNeeds> = {}): ClosedTradeQueue => {
  const take = async ({ tradeId }: TradeEnd): Promise<void> => { done.push(tradeId); };
  return new ClosedTradeQueue({
    pending: async (after, limit) => stored.filter((at) => at > (after?.closed_at ?? -1) && !done.includes(`t${at}`)).slice(0, limit).map(row),
    meet: take, take, onFault: (error) => void faults.push(error), signal: ended.signal, ...over,
  });
};

it('takes what waits one after the other, and what it had no room for out of the database', async () => {
  stored = upTo(230);
  let atOnce = 0;
  const take = async ({ tradeId }: TradeEnd): Promise<void> => {
    expect(++atOnce).toBe(1);
    await Promise.resolve();
    done.push(tradeId);
    atOnce -= 1;
  };
  const queue = queueOf({ take, meet: take });
  for (const at of stored) queue.add(end(at));
  await queue.idle();
  expect(done).toEqual(stored.map((at) => `t${at}`));
});

it('at the start a page is met before it resolves, the rest behind', async () => {
  stored = upTo(120);
  const queue = queueOf();
  await queue.begin();
  expect(done).toHaveLength(50);
  await queue.idle();
  expect(done).toHaveLength(120);
});

it('begins again at the oldest where it is told of more while it reads', async () => {
  stored = upTo(60).map((at) => at + 1000);
  let reads = 0;
  const queue = queueOf({
    pending: async (after, limit) => {
      const rows = stored.filter((at) => at > (after?.closed_at ?? -1) && !done.includes(`t${at}`)).slice(0, limit).map(row);
      if (++reads === 1) {
        stored.unshift(1, 2);
        queue.catchUp();
      }
      return rows;
    },
  });
  queue.catchUp();
  await queue.idle();
  expect([...done].sort()).toEqual(stored.map((at) => `t${at}`).sort());
});

it('one that fails is told of and keeps no other waiting', async () => {
  const queue = queueOf({ take: async ({ tradeId }) => { if (tradeId === 't0') throw new Error('no'); done.push(tradeId); } });
  queue.add(end(0));
  queue.add(end(1));
  await queue.idle();
  expect(done).toEqual(['t1']);
  expect(faults).toEqual([new Error('no')]);
});

it('begins nothing once it is ended', async () => {
  const queue = queueOf({ take: async ({ tradeId }) => { done.push(tradeId); ended.abort(); } });
  for (const at of [0, 1, 2]) queue.add(end(at));
  await queue.idle();
  expect(done).toEqual(['t0']);
});
