import type { PaperTerms } from '../../../config/config.js';
import { decimal, type Decimal } from '../../../model/decimal.js';
import type { AssetClass } from '../../../model/instrument.js';
import { sign, type Side } from '../../../model/trading.js';

/** What a taker gets: half the spread and the slippage worse than the market. */
export const takerPrice = (base: Decimal, side: Side, terms: PaperTerms, assetClass: AssetClass): Decimal =>
  base.times(decimal(1).plus(decimal(terms.halfSpread[assetClass]).plus(terms.slippage[assetClass]).times(sign(side))));

/** Of each fill, maker or taker. */
export const feeRate = (terms: PaperTerms, assetClass: AssetClass): Decimal => decimal(terms.fee[assetClass]);
