import type { MarketView } from '../../model/market-view.js';
import type { Direction, StructureState } from '../../model/structure.js';
import { money } from './words.js';

/** Bars for which a break, and a sweep or an inducement, counts as fresh. */
const BREAK_BARS = 20;
const SWEEP_BARS = 10;

/** What each element adds to the score of its side. Judgement, not fitted: triggers most, timing least. */
const POINTS = { break: 0.3, sweep: 0.25, inducement: 0.1, block: 0.2, gap: 0.15, half: 0.15, killzone: 0.1 } as const;

/** What speaks for one side. */
export interface Confluence {
  readonly direction: Direction;
  /** Sum of the points of its elements, 0 to 1.25. */
  readonly score: number;
  /** A fresh break or sweep: something has happened. */
  readonly triggered: boolean;
  /** In an open zone, or in the half of the range that is cheap for this side: a place to act. */
  readonly placed: boolean;
  readonly elements: readonly string[];
  /** Where the idea is wrong: the far side of the zone, else the swept price. */
  readonly invalidation: number | undefined;
}

/** Reads the structure for one side. Only what was confirmed by now is in it. */
export function confluence(view: MarketView, structure: StructureState, direction: Direction): Confluence {
  const long = direction === 'bullish';
  const elements: string[] = [];
  let score = 0;
  const add = (points: number, element: string): void => {
    score += points;
    elements.push(element);
  };

  const { lastBreak, sweep, inducement } = fresh(view, structure);
  const broke = lastBreak?.direction === direction;
  if (broke) add(POINTS.break, `${lastBreak.kind === 'break_of_structure' ? 'break of structure' : 'change of character'} at ${money(lastBreak.price)}`);
  const swept = sweep?.direction === direction;
  if (swept) add(POINTS.sweep, `sweep of ${sweep.swings} equal ${long ? 'lows' : 'highs'} at ${money(sweep.price)}`);
  if (inducement?.direction === direction) add(POINTS.inducement, `inducement taken at ${money(inducement.price)}`);

  const { block, gap } = zonesAt(view.price, structure, direction);
  if (block) add(POINTS.block, `price in the order block ${money(block.low)} to ${money(block.high)}`);
  if (gap) add(POINTS.gap, `price in the fair value gap ${money(gap.low)} to ${money(gap.high)}`);
  const range = structure.range;
  const cheap = range !== null && (long ? range.position < 0.5 : range.position > 0.5);
  if (cheap) add(POINTS.half, `${long ? 'discount' : 'premium'} (${Math.round(range.position * 100)} % of the range)`);
  if (structure.killzone !== null) add(POINTS.killzone, `${structure.killzone === 'london' ? 'London' : 'New York'} killzone`);

  const zone = block ?? gap;
  const wrong = zone ? (long ? zone.low : zone.high) : swept ? sweep.price : undefined;
  return {
    direction, score, elements, triggered: broke || swept, placed: zone !== undefined || cheap, invalidation: wrong,
  };
}

/** The last break of all (an older one against it is void), the last sweep and the last inducement, where fresh. */
function fresh({ candles }: MarketView, { events }: StructureState) {
  const breaksFrom = knownFrom(candles, BREAK_BARS);
  const sweepsFrom = knownFrom(candles, SWEEP_BARS);
  let lastBreak, sweep, inducement;
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at]!;
    if (event.kind === 'break_of_structure' || event.kind === 'change_of_character') {
      if (event.confirmed_at >= breaksFrom) lastBreak ??= event;
    } else if (event.kind === 'liquidity_sweep') {
      if (event.confirmed_at >= sweepsFrom) sweep ??= event;
    } else if (event.kind === 'inducement') {
      if (event.confirmed_at >= sweepsFrom) inducement ??= event;
    }
  }
  return { lastBreak, sweep, inducement };
}

/** When the first of the last `bars` candles was known; nothing is fresh without candles. */
const knownFrom = (candles: MarketView['candles'], bars: number): number =>
  candles[Math.max(0, candles.length - bars)]?.knownAt ?? Infinity;

/** The youngest open block and gap of this side that the price is in. */
function zonesAt(price: number, { open_zones: zones }: StructureState, direction: Direction) {
  let block, gap;
  for (let at = zones.length - 1; at >= 0; at--) {
    const zone = zones[at]!;
    if (zone.direction !== direction || price < zone.low || price > zone.high) continue;
    if (zone.kind === 'order_block') block ??= zone;
    else gap ??= zone;
  }
  return { block, gap };
}
