import type { ConfiguredInstrument } from '../../src/config/config.js';
import { Feed, type FeedSink } from '../../src/market/feeds/feed.js';
import type { Candle } from '../../src/model/candle.js';
import type { Interval } from '../../src/model/interval.js';

/** A feed of candles that a spec says by hand. */
export class HandFeed extends Feed {
  readonly name = 'replay';
  private sink: FeedSink | null = null;
  private at = 0;

  constructor(readonly instruments: readonly ConfiguredInstrument[], private readonly interval: Interval) {
    super();
  }

  ownInterval(): Interval {
    return this.interval;
  }

  now(): number {
    return this.at;
  }

  async history(): Promise<readonly Candle[]> {
    return [];
  }

  async start(sink: FeedSink): Promise<void> {
    this.sink = sink;
  }

  async stop(): Promise<void> {}

  async say(symbol: string, candle: Candle): Promise<void> {
    this.at = candle.knownAt;
    await this.sink!.candle(symbol, this.interval, candle);
  }
}

export const instrumentOf = (symbol: string, more: Partial<ConfiguredInstrument> = {}): ConfiguredInstrument => ({
  symbol, name: symbol, assetClass: 'crypto', currency: 'USD', hours: 'always', tickSize: 0.01, lotSize: 0.001, sources: {}, listed: true, ...more,
});
