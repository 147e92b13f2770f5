import type { MarketView } from '../model/market-view.js';

const EVENTS = 6;
const ZONES = 4;

/** What of a view is kept with a signal: what the analysts read, without the 200 candles. */
export function viewRecord(view: MarketView): Record<string, unknown> {
  const { instrument, interval, asOf, source, price, candles, indicators, structure } = view;
  return {
    symbol: instrument.symbol,
    interval,
    as_of: new Date(asOf).toISOString(),
    source,
    price,
    candles: candles.length,
    last_candle: candles.at(-1) ?? null,
    indicators,
    structure: structure && {
      trend: structure.trend,
      range: structure.range,
      killzone: structure.killzone,
      last_swing_high: structure.last_swing_high,
      last_swing_low: structure.last_swing_low,
      open_zones: structure.open_zones.slice(-ZONES),
      events: structure.events.slice(-EVENTS),
    },
  };
}
