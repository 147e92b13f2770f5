import type { MarketView } from '../../model/market-view.js';
import { dataBlock } from './quoted-data.js';
import { isSimulated } from '../../model/price-update.js';

const CANDLES = 60;
const EVENTS = 12;
const ZONES = 8;
const DIGITS = 8;

/** A view as text: what of the market a model gets to see. Nothing in it but what was known at `asOf`. */
export function marketText(view: MarketView): string {
  const { instrument, interval, asOf, source, price, candles, indicators, structure } = view;
  return [
    `Symbol ${instrument.symbol} (${instrument.name}, ${instrument.assetClass}, ${instrument.currency}). Prices of ${source}${isSimulated(source) ? ', which are made up' : ''}.`,
    `Market time ${iso(asOf)}, last price ${short(price)}, candles of ${interval}.`,
    `Last ${Math.min(CANDLES, candles.length)} of ${candles.length} closed candles (opening time, open, high, low, close, volume), oldest first:`,
    ...candles.slice(-CANDLES).map(({ time, open, high, low, close, volume }) => [iso(time), ...[open, high, low, close, volume].map(short)].join(' ')),
    'Indicators after the last closed candle:',
    indicators ? JSON.stringify(rounded(indicators)) : 'not warm yet',
    'Market structure (swings, breaks, changes of character, sweeps, gaps, order blocks; each known at confirmed_at):',
    structure ? JSON.stringify({
      trend: structure.trend, range: structure.range, killzone: structure.killzone, last_swing_high: structure.last_swing_high,
      last_swing_low: structure.last_swing_low, open_zones: structure.open_zones.slice(-ZONES), events: structure.events.slice(-EVENTS),
    }) : 'not known yet',
    similarText(view),
  ].filter((line) => line !== '').join('\n');
}

/** Situations much like this one, and what came of them. */
function similarText({ similar }: MarketView): string {
  if (similar.length === 0) return '';
  const items = similar.map(({ signalId, symbol, asOf, action, distance, outcomeReturn, outcome }) => ({
    id: signalId, symbol, time: iso(asOf), signal: action, distance: short(distance), outcome_return: short(outcomeReturn), outcome,
  }));
  return `Past situations much like this one, nearest first, with what came of them:\n${dataBlock('situations', items)}`;
}

const iso = (time: number): string => new Date(time).toISOString();
const short = (value: number): number => Number(value.toPrecision(DIGITS));
const rounded = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' && name !== 'time' ? short(value) : value]));
