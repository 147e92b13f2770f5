import type { AssetClass } from './instrument.js';

/**
 * What buying and selling again costs, as a share of the price, at a retail taker's terms: below it a move earned nothing.
 * Equities: no commission, a spread of a cent or two and some slippage at each end (2 basis points a side on liquid names).
 * Crypto: taker fees of 0.05 to 0.1 % a side on large exchanges, and their spread.
 */
const ROUND_TRIP: Readonly<Record<AssetClass, number>> = { equity: 0.0004, crypto: 0.002 };

export const roundTripCost = (assetClass: AssetClass): number => ROUND_TRIP[assetClass];
