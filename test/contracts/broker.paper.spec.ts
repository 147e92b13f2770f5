import { afterAll, beforeAll } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { decimal } from '../../src/model/decimal.js';
import type { AccountMode } from '../../src/model/trading.js';
import type { BrokerListener } from '../../src/trading/brokers/broker.js';
import type { PaperBroker } from '../../src/trading/brokers/broker.paper.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../support/databases.js';
import { COSTLY, MINUTE, paperBroker, T0 } from '../support/paper.js';
import { brokerContract, type BrokerWorld } from './broker.contract.js';

type Driven = 'ticks' | 'candles';

async function world(db: FreshDatabase, mode: AccountMode, driven: Driven, listener: BrokerListener): Promise<BrokerWorld> {
  const accountId = randomUUID();
  let now = T0;
  let last = 100;
  let broker: PaperBroker;
  const started = async (): Promise<PaperBroker> => {
    broker = paperBroker({ db: db.kysely, accountId, mode, terms: COSTLY });
    await broker.start(listener);
    return broker;
  };
  await started();
  await broker!.tick('BTCUSDT', 100, 1, now);
  return {
    broker: broker!, symbol: 'BTCUSDT', quantity: decimal(1), refused: { quantity: decimal(1e9) },
    now: () => now,
    async price(price) {
      const time = now;
      now += MINUTE;
      if (driven === 'ticks') await broker.tick('BTCUSDT', price, 1e6, now);
      else await broker.candle('BTCUSDT', { time, knownAt: now, open: price, high: Math.max(price, last), low: Math.min(price, last), close: price, volume: 1e6 });
      last = price;
    },
    restart: started,
    close: () => broker.stop(),
  };
}

for (const [name, fresh] of [['sqlite', freshSqlite], ['postgres', freshPostgres]] as const) {
  let db: FreshDatabase;
  beforeAll(async () => { db = await fresh(); });
  afterAll(() => db.drop());
  for (const mode of ['spot', 'perpetual'] as const) {
    for (const driven of ['ticks', 'candles'] as const) brokerContract(`paper, ${mode}, by ${driven}, on ${name}`, (listener) => world(db, mode, driven, listener));
  }
}
