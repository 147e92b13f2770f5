import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { decimal } from '../../model/decimal.js';
import type { Execution } from '../../model/trading.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { Hearing, minute, MINUTE, orderTicket, paperBroker, T0 } from '../../../test/support/paper.js';
import { BrokerSilent } from './broker.js';

describe('the paper broker and its listener', () => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await freshSqlite(); });
  afterAll(() => db.drop());

  it('lets the listener submit and cancel while it is told, and a candle resolves when all of that is done', async () => {
    const broker = paperBroker({ db: db.kysely, accountId: randomUUID() });
    const steps: string[] = [];
    class Desk extends Hearing {
      override async executed(execution: Execution): Promise<void> {
        steps.push(`executed ${execution.clientOrderId}`);
        if (execution.clientOrderId !== 'entry') return;
        for (const [id, price] of [['target', 110], ['second', 120]] as const) {
          await broker.submit(orderTicket(id, { side: 'sell', orderType: 'limit', limitPrice: decimal(price), reduceOnly: true, at: T0 + MINUTE }));
        }
        await broker.cancel('second');
        steps.push('done');
      }
      override async changed(order: Parameters<Hearing['changed']>[0]): Promise<void> { steps.push(`${order.status} ${order.clientOrderId}`); }
    }
    await broker.start(new Desk());
    await broker.submit(orderTicket('entry'));
    await broker.candle('BTCUSDT', minute(0, 100, 130, 90, 100));
    expect(steps.slice(0, 2)).toEqual(['executed entry', 'done']);
    await broker.candle('BTCUSDT', minute(1, 100, 111, 90, 100));
    expect(steps.slice(2)).toEqual(['cancelled second', 'executed target']);
    await broker.stop();
  });

  it('reports what the listener throws, tells it the rest, and has it all to be read again', async () => {
    const errors: unknown[] = [];
    const broker = paperBroker({ db: db.kysely, accountId: randomUUID(), onError: (error) => errors.push(error) });
    const told: string[] = [];
    class Broken extends Hearing {
      override async executed({ executionId }: Execution): Promise<void> {
        told.push(executionId);
        throw new Error('no');
      }
    }
    await broker.start(new Broken());
    for (const id of ['a', 'b']) await broker.submit(orderTicket(id));
    await broker.candle('BTCUSDT', minute(0, 100, 100, 100, 100));
    expect(told).toEqual(['paper-a-1', 'paper-b-1']);
    expect(errors).toHaveLength(2);
    expect((await broker.executions(0)).map(({ executionId }) => executionId)).toEqual(told);
    expect(await broker.executions(T0 + MINUTE + 1)).toEqual([]);
    await broker.stop();
  });

  it('asks the database for nothing where nothing is open: 100,000 ticks', async () => {
    let queries = 0;
    const counted = new Proxy(db.kysely, {
      get: (target, key) => {
        queries++;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) as unknown : value;
      },
    });
    const broker = paperBroker({ db: counted, accountId: randomUUID() });
    await broker.start(new Hearing());
    await broker.submit(orderTicket('other', { symbol: 'ETHUSDT', orderType: 'limit', limitPrice: decimal(1) }));
    queries = 0;
    const first = broker.tick('BTCUSDT', 100, 1, T0);
    let others = 0;
    for (let at = 1; at < 100_000; at++) if (broker.tick('BTCUSDT', 100, 1, T0 + at * 10) !== first) others++;
    expect([queries, others]).toEqual([0, 0]);
    await broker.stop();
  });

  it('tells nobody and answers nobody where it is not started or was stopped', async () => {
    const broker = paperBroker({ db: db.kysely, accountId: randomUUID() });
    await expect(broker.submit(orderTicket('a'))).rejects.toThrow(BrokerSilent);
    await broker.start(new Hearing());
    await broker.stop();
    await expect(broker.find('a')).rejects.toThrow(BrokerSilent);
  });

  it.each([NaN, 0, -1, Infinity])('takes %d for no price', async (price) => {
    const broker = paperBroker({ db: db.kysely, accountId: randomUUID() });
    await broker.start(new Hearing());
    await broker.submit(orderTicket('a'));
    await expect(broker.tick('BTCUSDT', price, 1000, T0 + 1)).rejects.toThrow(RangeError);
    await expect(broker.candle('BTCUSDT', minute(0, 100, price, 100, 100))).rejects.toThrow(RangeError);
    expect(await broker.positions()).toEqual([]);
    await broker.stop();
  });

  it('does not take up an account in another mode than it was opened in', async () => {
    const accountId = randomUUID();
    const broker = paperBroker({ db: db.kysely, accountId });
    await broker.start(new Hearing());
    await broker.stop();
    await expect(paperBroker({ db: db.kysely, accountId, mode: 'perpetual' }).start(new Hearing())).rejects.toThrow(/opened as spot/);
  });
});
