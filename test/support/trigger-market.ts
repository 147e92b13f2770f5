import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TriggerWork } from '../../src/groups/triggers/trigger-work.js';
import { ReplayFeed } from '../../src/market/feeds/replay.js';
import { SimulatedFeed } from '../../src/market/feeds/simulated.js';
import { Market } from '../../src/market/market.js';
import { MarketRelay } from '../../src/market/market-relay.js';
import { instrumentOf } from './hand-feed.js';

/** Opening of a replayed file's first candle. */
export const OPENING = Date.UTC(2026, 1, 3);
const CONFIG = { interval: '1m', intervals: ['1m', '5m'], keepCandles: 600 } as const;
const fail = (error: unknown): never => { throw error; };

/** A market on a file of candles with these closes, one a minute from `OPENING` + `skip` minutes; `run` resolves at its end. */
export function replayMarket(closes: readonly number[], skip = 0): { market: Market; run(work: TriggerWork): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-replay-'));
  const path = join(folder, 'btc.csv');
  const rows = closes.map((close, at) => `${new Date(OPENING + (skip + at) * 60_000).toISOString()},${close},${close},${close},${close},1`);
  writeFileSync(path, ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
  const feed = new ReplayFeed({ instruments: [instrumentOf('BTC/USD')], files: new Map([['BTC/USD', path]]), loop: false, speed: 0, onBadRow: fail, onError: fail });
  const relay = new MarketRelay(fail);
  const market = new Market({ feed, config: CONFIG, events: relay });
  return {
    market,
    run: async (work) => {
      const ended = new Promise<void>((resolve) => { relay.add({ ended: resolve }); });
      relay.add({ price: (update, at) => work.price(update, at), closed: (symbol) => work.closed(symbol) });
      await market.start();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** A simulated market whose time goes where the test says. */
export async function simulatedMarket(start: number, seed = 1): Promise<{ market: Market; relay: MarketRelay; runTo(end: number): void }> {
  const time = { now: start };
  let due = { at: Infinity, then: (): void => {} };
  const feed = new SimulatedFeed({
    instruments: [instrumentOf('BTC/USD')], seed, tickMs: 1000, clock: () => time.now,
    wait: (ms, then) => {
      const mine = (due = { at: time.now + ms, then });
      return () => { if (due === mine) due = { at: Infinity, then }; };
    },
  });
  const relay = new MarketRelay(fail);
  const market = new Market({ feed, config: CONFIG, events: relay });
  await market.prepare();
  return {
    market, relay,
    runTo: (end) => {
      while (due.at <= end) {
        time.now = due.at;
        due.then();
      }
      time.now = end;
    },
  };
}
