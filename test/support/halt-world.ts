import { decimal } from '../../src/model/decimal.js';
import { AlpacaBroker } from '../../src/trading/brokers/alpaca/alpaca.broker.js';
import type { AlpacaLimits } from '../../src/trading/brokers/alpaca/limits.js';
import { proposal } from '../../src/trading/proposal.js';
import type { Database } from '../../src/storage/database.js';
import { BITCOIN, QUICK } from './alpaca-account.js';
import { startAlpacaServer, type AlpacaServer } from './alpaca-server.js';
import { HandFeed, instrumentOf } from './hand-feed.js';
import { accountOf, tradingWorld, type TradingWorld } from './trading-world.js';
import { until } from './until.js';

const COINS = ['BTC/USD', 'ETH/USD'];
const OPEN = new Set(['new', 'partially_filled']);

/** Accounts at an Alpaca of their own each, with much to cancel. */
export interface HaltWorld {
  readonly world: TradingWorld;
  readonly servers: readonly AlpacaServer[];
  buy(accountId: string, symbol: string, limit: number | null): ReturnType<TradingWorld['desks']['propose']>;
  /** A position in each of two coins with its stop at Alpaca, and so many limit orders that would add. */
  fill(accountId: string, adding: number): Promise<void>;
  halt(scope: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Of what is open there: `buy limit`, `sell stop_limit`. */
export const openAt = (server: AlpacaServer): readonly string[] => server.orders.filter(({ status }) => OPEN.has(status)).map(({ side, type }) => `${side} ${type}`);

export async function haltWorld(db: Database, accountIds: readonly string[], alpaca: Partial<AlpacaLimits>): Promise<HaltWorld> {
  const feed = new HandFeed(COINS.map((symbol) => instrumentOf(symbol)), '1m');
  const servers: AlpacaServer[] = [];
  while (servers.length < accountIds.length) servers.push(await startAlpacaServer());
  const { limits } = accountOf('x');
  const world = await tradingWorld(db, {
    feed, askAgainMs: [20, 40],
    accounts: accountIds.map((id) => accountOf(id, {
      mode: 'margin', balance: 100_000,
      limits: { ...limits, priceBand: 1, maxPosition: 1, maxExposure: 1, maxConcentration: 1, ordersPerMinute: 1000, minConfidence: 0, maxPriceAgeMs: 1e12 },
    })),
    brokerFor: ({ id }) => {
      const { url, streamUrl } = servers[accountIds.indexOf(id)]!;
      return { driven: null, broker: new AlpacaBroker({
        kind: 'alpaca-paper', keyId: 'key', secretKey: 'secret', baseUrl: url, streamUrl, instruments: COINS.map((symbol) => ({ ...BITCOIN, symbol })), now: Date.now,
        onWarning: () => undefined, limits: { ...QUICK, ...alpaca },
      }) };
    },
  });
  for (const symbol of COINS) await feed.say(symbol, { time: Date.now() - 60_000, knownAt: Date.now(), open: 100, high: 100, low: 100, close: 100, volume: 1000 });
  let asked = 0;
  const buy: HaltWorld['buy'] = (accountId, symbol, limit) => world.desks.propose(proposal({
    key: `intent-${(asked += 1)}`, accountId, symbol, origin: 'person', originId: 'somebody', asOf: Date.now(), reason: 'so',
    want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } },
    ...(limit === null ? { exits: { target: null, stop: decimal(80) } } : { orderType: 'limit', limitPrice: decimal(limit) }),
  }));
  return {
    world, servers, buy,
    fill: async (accountId, adding) => {
      const server = servers[accountIds.indexOf(accountId)]!;
      for (const symbol of COINS) {
        await buy(accountId, symbol, null);
        server.price(symbol, 100);
      }
      await until(() => openAt(server).filter((each) => each === 'sell stop_limit').length === COINS.length, 'the stops rest at Alpaca');
      for (let at = 0; at < adding; at += 1) await buy(accountId, COINS[at % 2]!, 50 + at / 10);
      await world.desks.idle();
    },
    halt: (scope) => world.desks.setState(scope, { state: 'HALTED', code: null, reason: 'enough', by: 'somebody', at: Date.now() }),
    stop: async () => {
      await world.desks.stop(1000);
      for (const server of servers) await server.close();
    },
  };
}
