import type { Instrument } from '../../model/instrument.js';
import { gaussian, seedOf, uniform, valueNoise } from './simulated-noise.js';
import { profileOf, type SimulatedProfile } from './simulated-profile.js';
import { activity, BLOCK_MS, type Block, course, type Regime, regimeOf } from './simulated-regime.js';

// local names: in the tests' sandbox each access to a global is slow
const { exp, floor, log, max, round, sqrt } = Math;

/** Blocks between two anchors, a power of two: 85 days. */
const ANCHOR = 1024;
const ANCHOR_SIGMA = 0.15;
/** The log price stays within this of the level. */
const BOUND = 1.1;
/** Periods of the noise on top of the regime's course; each is about as high as a random walk gets in its period. */
const OCTAVES = [1_200_000, 300_000, 75_000, 19_000, 5_000];
const NOISE_SHARE = 0.8;
const DAY = 86_400_000;

/** Independent numbers of one seed. */
const STREAM = { anchor: 1, phase: 2, regime: 3, moment: 4, waves: 5, swing: 6, octave: 10, volume: 20, tick: 21, midpoint: 100 };

/** Squashes to ±BOUND, smoothly and without a change near 0. */
const bounded = (x: number): number => x / sqrt(1 + (x / BOUND) ** 2);

const roundTo = (step: number): ((x: number) => number) => {
  const perUnit = round(1 / step);
  return step < 1 ? (x) => round(x * perUnit) / perUnit : (x) => round(x / step) * step;
};

/**
 * Price and volume of one symbol as pure functions of (seed, symbol, time), for any time in any order.
 * The log price at the ends of two-hour blocks is a Brownian bridge by midpoint displacement (a hash for each dyadic
 * interval, about ten for one end); within a block its regime leads from one end to the other, with noise on top.
 */
export class SimulatedPath {
  readonly #profile: SimulatedProfile;
  /** Of the underlying: course and regimes. */
  readonly #seed: number;
  /** Of the symbol: the last decimals and the volume. */
  readonly #ownSeed: number;
  readonly #phase: number;
  readonly #meanVolume: number;
  readonly #lot: number;
  readonly #roundPrice: (x: number) => number;
  readonly #roundVolume: (x: number) => number;
  readonly #amplitudes: readonly number[];
  /** The block asked for last: neighbouring times share it. */
  #block: Block;

  constructor(seed: number, instrument: Instrument, tickMs: number) {
    this.#profile = profileOf(instrument);
    this.#seed = seedOf(seed, this.#profile.underlying);
    this.#ownSeed = seedOf(seed, `${instrument.symbol} itself`);
    this.#phase = uniform(this.#seed, STREAM.phase, 0) * BLOCK_MS;
    this.#meanVolume = (this.#profile.dailyVolume * tickMs) / DAY;
    this.#lot = instrument.lotSize;
    this.#roundPrice = roundTo(instrument.tickSize);
    this.#roundVolume = roundTo(instrument.lotSize);
    this.#amplitudes = OCTAVES.map((period) => NOISE_SHARE * this.#profile.sigma * sqrt(period / BLOCK_MS));
    this.#block = this.#blockAt(0);
  }

  /** Rounded to the tick size, at least one tick. */
  priceAt(time: number): number {
    const place = (time + this.#phase) / BLOCK_MS;
    const block = this.#blockOf(floor(place));
    const u = place - block.index;
    let noise = this.#amplitudes[4]! * 0.4 * (uniform(this.#ownSeed, STREAM.tick, time) - 0.5);
    for (let octave = 0; octave < OCTAVES.length; octave++) {
      noise += this.#amplitudes[octave]! * valueNoise(this.#seed, STREAM.octave + octave, time, OCTAVES[octave]!);
    }
    return this.#roundPrice(this.#profile.level * exp(block.from + course(block, u) + noise * activity(block, u)));
  }

  /** Traded since the tick before; rounded to the lot size, at least one lot. */
  volumeAt(time: number): number {
    const place = (time + this.#phase) / BLOCK_MS;
    const block = this.#blockOf(floor(place));
    const busy = activity(block, place - block.index);
    const minutes = 1 + 0.5 * valueNoise(this.#seed, STREAM.volume, time, 240_000);
    const draw = -log(1 - uniform(this.#ownSeed, STREAM.volume, time));
    return max(this.#lot, this.#roundVolume(this.#meanVolume * busy * busy * minutes * (0.2 + draw)));
  }

  regimeAt(time: number): Regime {
    return this.#blockOf(floor((time + this.#phase) / BLOCK_MS)).regime;
  }

  #blockOf(index: number): Block {
    if (this.#block.index !== index) this.#block = this.#blockAt(index);
    return this.#block;
  }

  #blockAt(index: number): Block {
    const { sigma } = this.#profile;
    const draw = (stream: number): number => uniform(this.#seed, stream, index);
    const from = bounded(this.#boundary(index));
    const displacement = bounded(this.#boundary(index + 1)) - from;
    const regime = regimeOf(displacement / sigma, draw(STREAM.regime));
    const swing = regime === 'range' ? sigma * (0.35 + 0.45 * draw(STREAM.swing)) : -0.07 * displacement;
    return {
      index, from, displacement, regime, swing,
      moment: 0.35 + 0.3 * draw(STREAM.moment),
      waves: 3 + floor(3 * draw(STREAM.waves)),
    };
  }

  /** Log price, before bounding, at the beginning of block `index`, relative to the level. */
  #boundary(index: number): number {
    const anchor = floor(index / ANCHOR);
    const at = (n: number): number => ANCHOR_SIGMA * gaussian(this.#seed, STREAM.anchor, n);
    let low = anchor * ANCHOR;
    let left = at(anchor);
    let right = at(anchor + 1);
    for (let length = ANCHOR, level = 0; index !== low; length /= 2, level++) {
      const middle = low + length / 2;
      // variance of a Brownian bridge at the middle of an interval of this length
      const spread = (this.#profile.sigma * sqrt(length)) / 2;
      const value = (left + right) / 2 + spread * gaussian(this.#seed, STREAM.midpoint + level, middle);
      if (index < middle) right = value;
      else [low, left] = [middle, value];
    }
    return left;
  }
}
