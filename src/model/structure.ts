export type Direction = 'bullish' | 'bearish';

interface StructureEventBase {
  /** Opening time of the candle where it lies. */
  readonly time: number;
  /** When it was known (`knownAt` of the confirming candle). Nothing uses it earlier. */
  readonly confirmed_at: number;
  readonly direction: Direction;
}

/** A fractal pivot; bullish = swing low, bearish = swing high. */
export interface Swing extends StructureEventBase {
  readonly kind: 'swing';
  readonly price: number;
  readonly label: 'HH' | 'HL' | 'LH' | 'LL' | null;
}
/** A close beyond the last swing: with the trend a break of structure, against it a change of character. */
interface StructureBreak extends StructureEventBase {
  readonly kind: 'break_of_structure' | 'change_of_character';
  /** The broken swing's price. */
  readonly price: number;
}
/** A wick through equal highs or lows (two or more swings within a tolerance) that closes back. bullish = lows were swept. */
export interface Sweep extends StructureEventBase {
  readonly kind: 'liquidity_sweep';
  readonly price: number;
  readonly swings: number;
}
/** A minor pullback level inside a leg that was taken before the leg went on. */
export interface Inducement extends StructureEventBase {
  readonly kind: 'inducement';
  readonly price: number;
}
/** Three-candle imbalance. */
export interface FairValueGap extends StructureEventBase {
  readonly kind: 'fair_value_gap';
  readonly low: number;
  readonly high: number;
}
/** The last opposite candle before a displacement that broke structure. */
export interface OrderBlock extends StructureEventBase {
  readonly kind: 'order_block';
  readonly low: number;
  readonly high: number;
}

export type StructureEvent = Swing | StructureBreak | Sweep | Inducement | FairValueGap | OrderBlock;

/** A gap or block with no close through its far side so far. */
export interface OpenZone {
  readonly kind: 'fair_value_gap' | 'order_block';
  readonly direction: Direction;
  readonly low: number;
  readonly high: number;
  readonly time: number;
  readonly confirmed_at: number;
  /** Share of its height that price has traded into, 0 to 1. */
  readonly mitigated: number;
}

/** Market structure (ICT/SMC) as known after one closed candle. Events never change once confirmed. */
export interface StructureState {
  readonly trend: Direction | null;
  /** Most recent events, oldest first, a bounded number. */
  readonly events: readonly StructureEvent[];
  readonly open_zones: readonly OpenZone[];
  readonly last_swing_high: Swing | null;
  readonly last_swing_low: Swing | null;
  /** The dealing range (last protected low and high) and where the close lies in it: 0 its low, 1 its high; above 0.5 is premium. */
  readonly range: { readonly low: number; readonly high: number; readonly position: number } | null;
  /** Killzone of the candle's closing: New York time, London 02–05, New York 07–10; null outside, and on daily bars. */
  readonly killzone: 'london' | 'new_york' | null;
}
