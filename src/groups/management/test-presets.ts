import { v7 as uuidv7 } from 'uuid';
import { decimal, floorTo } from '../../model/decimal.js';
import { isSimulated, type PriceUpdate } from '../../model/price-update.js';

export const PRESETS = ['price_spike', 'news', 'signal'] as const;
export type Preset = (typeof PRESETS)[number];

export interface TestMarket {
  readonly last: PriceUpdate;
  readonly interval: string;
  readonly tickSize: number;
}

export interface TestEvent {
  readonly title: string;
  /** As the built-in triggers write it, and `test: true`. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

const SPIKE_PCT = 2.4;
const SPIKE_S = 300;
const SIGNAL_VALID_MS = 4 * 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();
const onTick = (price: number, tick: number): number => floorTo(decimal(price), tick).toNumber();

/** Made up around the price as it is now. */
export const testEvent = (preset: Preset, market: TestMarket): TestEvent => {
  const { title, payload } = MAKE[preset](market);
  const { symbol, source } = market.last;
  return { title: `TEST: ${title}`, payload: { test: true, preset, ...payload, source, simulated: isSimulated(source) }, tags: ['test', preset, symbol] };
};

const MAKE: Readonly<Record<Preset, (market: TestMarket) => Omit<TestEvent, 'tags'>>> = {
  price_spike: ({ last: { symbol, price, timestamp }, tickSize }) => ({
    title: `${symbol} up ${SPIKE_PCT.toFixed(2)} % within ${SPIKE_S} s`,
    payload: {
      symbol, price, change_pct: SPIKE_PCT, from: { price: onTick(price / (1 + SPIKE_PCT / 100), tickSize), timestamp: iso(Date.parse(timestamp) - SPIKE_S * 1000) },
      window_s: SPIKE_S, timestamp,
    },
  }),
  news: ({ last: { symbol, price, timestamp } }) => {
    const title = `Large holders add to ${symbol} as an index provider announces its inclusion`;
    return {
      title,
      payload: {
        symbol, symbols: [symbol], title, url: null, feed: 'conclave:test', published_at: timestamp, price, untrusted: true, timestamp,
        summary: `An index provider says that it includes ${symbol} from next month; funds that follow it must buy. Filings show that three large holders have added to their positions this week. Nothing of this is true: it is a test of your trading group.`,
      },
      };
  },
  signal: ({ last: { symbol, price, timestamp }, interval, tickSize }) => ({
    title: `BUY ${symbol}, confidence 0.78, STRONG`,
    payload: {
      signal_id: uuidv7(), symbol, interval, action: 'BUY', confidence: 0.78, price, consensus_strength: 'STRONG', agreement: 0.8, probability: null,
      target_price: onTick(price * 1.03, tickSize), stop_loss: onTick(price * 0.985, tickSize),
      reasoning: ['The last swing high was broken on rising volume', 'Both moving averages rise, and the price is above them'],
      valid_until: iso(Date.parse(timestamp) + SIGNAL_VALID_MS), timestamp,
    },
  }),
};
