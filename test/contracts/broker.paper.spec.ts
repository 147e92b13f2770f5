import { decimal } from '../../src/model/decimal.js';
import { PaperBroker } from '../../src/trading/brokers/broker.paper.js';
import { freshSqlite } from '../support/databases.js';
import { instrumentOf } from '../support/hand-feed.js';
import { TERMS } from '../support/trading-world.js';
import { brokerContract } from './broker.contract.js';

const MINUTE = 60_000;

for (const mode of ['spot', 'perpetual'] as const) {
  for (const fed of ['candles', 'ticks'] as const) {
    brokerContract(`paper, ${mode}, on ${fed}`, async (listener) => {
      const db = await freshSqlite();
      let now = Date.UTC(2026, 0, 5, 15);
      const open = async (): Promise<PaperBroker> => {
        const broker = new PaperBroker({
          db: db.kysely, accountId: 'contract', mode, balance: decimal(10_000), currency: 'USD', terms: TERMS,
          instrumentOf: (symbol) => instrumentOf(symbol), now: () => now,
        });
        await broker.start(listener);
        return broker;
      };
      let broker = await open();
      return {
        broker, symbol: 'BTCUSDT', quantity: decimal(2), refused: { quantity: decimal(1_000_000), orderType: 'limit', limitPrice: decimal(100) },
        now: () => now,
        async price(price) {
          now += MINUTE;
          if (fed === 'ticks') await broker.tick('BTCUSDT', price, 1000, now);
          else await broker.candle('BTCUSDT', { time: now - MINUTE, knownAt: now, open: price, high: price, low: price, close: price, volume: 1000 });
        },
        async restart() {
          broker = await open();
          return broker;
        },
        close: () => db.drop(),
      };
    });
  }
}
