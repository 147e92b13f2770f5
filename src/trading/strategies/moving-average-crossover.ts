import type { Candle, Tick } from '../../model/candle.js';
import type { Parameters, Strategy, StrategyIntent } from './strategy.js';

type Zone = 'above' | 'between' | 'below';

/**
 * Two moving averages of the last prices: goes long where the short one rises out of the band around the long one, and flat
 * (short, with `shorts: 1`) where it falls out of it. It wants something at the crossing only, never while it stays there;
 * a symbol's first zone is taken as given. What it knows is the last `long` + 1 prices, so a start finds it again.
 */
export class MovingAverageCrossover implements Strategy {
  static readonly parameters = {
    short: { default: 5, least: 1, most: 200, whole: true },
    long: { default: 20, least: 2, most: 400, whole: true },
    /** Share of the long average. */
    band: { default: 0.01, least: 0, most: 0.5 },
    /** Base units. */
    quantity: { default: 10, least: 1e-9, most: 1e9 },
    /** 1: prices are ticks; 0: closes of candles. */
    on_ticks: { default: 0, least: 0, most: 1, whole: true },
    /** 1: falling out of the band goes short where the account can. */
    shorts: { default: 0, least: 0, most: 1, whole: true },
  };

  static problems({ short, long }: Parameters): readonly string[] {
    return short! < long! ? [] : [`parameters.short is ${short} and parameters.long ${long}: short must be less`];
  }

  /** Ticks of the past are not kept: on ticks it warms up by the first `long` + 1 of them. */
  static warmUp({ long, on_ticks: onTicks }: Parameters): number {
    return onTicks === 1 ? 0 : long! + 1;
  }

  readonly #of: Parameters;
  readonly #prices = new Map<string, number[]>();
  readonly #zones = new Map<string, Zone>();

  constructor(parameters: Parameters) {
    this.#of = parameters;
  }

  onTick({ symbol, price }: Pick<Tick, 'symbol' | 'price'>): readonly StrategyIntent[] {
    return this.#of['on_ticks'] === 1 ? this.#see(symbol, price) : [];
  }

  onCandle({ close }: Pick<Candle, 'close'>, { symbol }: { readonly symbol: string }): readonly StrategyIntent[] {
    return this.#of['on_ticks'] === 1 ? [] : this.#see(symbol, close);
  }

  #see(symbol: string, price: number): readonly StrategyIntent[] {
    const { short, long, band, quantity, shorts } = this.#of as Record<'short' | 'long' | 'band' | 'quantity' | 'shorts', number>;
    const prices = this.#prices.get(symbol) ?? [];
    this.#prices.set(symbol, prices);
    prices.push(price);
    if (prices.length > long) prices.shift();
    if (prices.length < long) return [];
    const [fast, slow] = [mean(prices.slice(-short)), mean(prices)];
    const zone: Zone = fast > slow * (1 + band) ? 'above' : fast < slow * (1 - band) ? 'below' : 'between';
    const before = this.#zones.get(symbol);
    this.#zones.set(symbol, zone);
    if (before === undefined || zone === before || zone === 'between') return [];
    const reason = `Mean of ${short} ${rounded(fast)} ${zone === 'above' ? 'rose above' : 'fell below'} the mean of ${long} ${rounded(slow)} by more than ${band * 100} %.`;
    const direction = zone === 'above' ? 1 : shorts === 1 ? -1 : 0;
    return [{ want: { kind: 'target', direction, size: { quantity } }, reason }];
  }
}

/** Summed anew each time: the same prices give the same bits, whatever was before them. */
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number): number => Number(value.toPrecision(8));
