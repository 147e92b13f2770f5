import type { Instrument } from '../../model/instrument.js';
import { underlyingOf } from '../../model/instrument.js';
import { seedOf, uniform } from './simulated-noise.js';

/** What a simulated symbol is like. */
export interface SimulatedProfile {
  /** Symbols of one underlying move together: BTCUSDT and BTC/USD. */
  readonly underlying: string;
  /** The price that it strays about, at most by a factor of e^1.1. */
  readonly level: number;
  /** Standard deviation of the log return over one block. */
  readonly sigma: number;
  /** Mean volume of a day in base units. */
  readonly dailyVolume: number;
}

/** Level, percent per day, units per day. */
const KNOWN: Readonly<Record<string, readonly [number, number, number]>> = {
  AAPL: [190, 2.0, 55e6],
  NVDA: [130, 3.5, 250e6],
  MSFT: [420, 1.8, 22e6],
  TSLA: [250, 4.0, 95e6],
  SPY: [550, 1.1, 60e6],
  BTC: [65_000, 4.5, 30_000],
  ETH: [3_300, 5.5, 400_000],
  SOL: [150, 7.0, 4e6],
};

const BLOCKS_PER_DAY = 12;

/** Equities from 20 to 420 at 1.5 to 4 % a day; crypto from 0.1 to 1000 at 4 to 8 %. */
function invented(underlying: string, crypto: boolean): readonly [number, number, number] {
  const draw = (stream: number): number => uniform(seedOf(0, underlying), stream, 0);
  const level = crypto ? 10 ** (-1 + 4 * draw(1)) : 20 + 400 * draw(1);
  const percent = crypto ? 4 + 4 * draw(2) : 1.5 + 2.5 * draw(2);
  return [level, percent, ((crypto ? 5e8 : 2e9) * (0.3 + draw(3))) / level];
}

export function profileOf(instrument: Instrument): SimulatedProfile {
  const underlying = underlyingOf(instrument);
  const [level, percent, dailyVolume] = KNOWN[underlying] ?? invented(underlying, instrument.assetClass === 'crypto');
  return { underlying, level, sigma: percent / 100 / Math.sqrt(BLOCKS_PER_DAY), dailyVolume };
}
