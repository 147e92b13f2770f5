import { decimal } from '../../src/model/decimal.js';
import type { BrokerListener } from '../../src/trading/brokers/broker.js';
import { AAPL, BITCOIN, QUICK } from '../support/alpaca-account.js';
import { startAlpacaServer } from '../support/alpaca-server.js';
import { AlpacaBroker } from '../../src/trading/brokers/alpaca/alpaca.broker.js';
import { brokerContract, type BrokerWorld } from './broker.contract.js';

const opened = (symbol: string, quantity: string) => async (listener: BrokerListener): Promise<BrokerWorld> => {
  const server = await startAlpacaServer();
  const started = async (): Promise<AlpacaBroker> => {
    const broker = new AlpacaBroker({
      kind: 'alpaca-paper', keyId: 'key', secretKey: 'secret', baseUrl: server.url, streamUrl: server.streamUrl, instruments: [AAPL, BITCOIN], now: Date.now,
      onWarning: () => {}, limits: QUICK,
    });
    await broker.start(listener);
    return broker;
  };
  let broker = await started();
  server.price(symbol, 100);
  return {
    broker, symbol, quantity: decimal(quantity), refused: { quantity: decimal(1_000_000_000) }, now: Date.now,
    price: async (price) => server.price(symbol, price),
    restart: async () => {
      await broker.stop();
      broker = await started();
      return broker;
    },
    close: async () => {
      await broker.stop();
      await server.close();
    },
  };
};

brokerContract('Alpaca, shares', opened('AAPL', '3'));
brokerContract('Alpaca, coins', opened('BTC/USD', '0.25'));
