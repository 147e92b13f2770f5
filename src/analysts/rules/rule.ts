import type { IndicatorValues } from '../../model/indicators.js';
import type { MarketView } from '../../model/market-view.js';
import { abstain, type Opinion } from '../../model/opinion.js';

type Field = Exclude<keyof IndicatorValues, 'time'>;
/** Indicator values of which the named ones are known and finite. */
export type Known<F extends Field> = IndicatorValues & { readonly [K in F]: number };

/** A method of reading a view: a pure function that never throws. */
export interface Rule {
  /** As in `config/analysts.yaml`. */
  readonly rule: string;
  /** Closed candles after which all that it needs is known. */
  readonly warmUp: number;
  /** Book, paper or author. */
  readonly source: string;
  readonly opine: (view: MarketView) => Opinion;
}

interface Definition<F extends Field> {
  readonly rule: string;
  readonly warmUp: number;
  readonly source: string;
  /** Indicators without which `judge` is not asked. */
  readonly needs: readonly F[];
  readonly judge: (view: MarketView, now: Known<F>) => Opinion;
}

/** Makes a rule that abstains by itself (WARMING_UP, NO_DATA) until price and all `needs` are finite numbers. */
export const defineRule = <F extends Field>({ rule, warmUp, source, needs, judge }: Definition<F>): Rule => ({
  rule,
  warmUp,
  source,
  opine: (view) => missing(view, needs, warmUp) ?? judge(view, view.indicators as Known<F>),
});

function missing({ price, candles, indicators }: MarketView, needs: readonly Field[], warmUp: number): Opinion | null {
  if (!(price > 0 && price < Infinity)) return abstain('NO_DATA', 'There is no usable price.');
  for (const field of needs) {
    if (!Number.isFinite(indicators?.[field])) return unknown(field, candles.length, warmUp);
  }
  return null;
}

const unknown = (field: string, candles: number, warmUp: number): Opinion =>
  candles < warmUp
    ? abstain('WARMING_UP', `${candles} of ${warmUp} closed candles so far: ${field} is not known yet.`)
    : abstain('NO_DATA', `${field} has no value here although ${candles} candles are known.`);
