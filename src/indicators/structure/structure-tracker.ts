import type { Candle } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { Direction, StructureEvent, StructureState } from '../../model/structure.js';
import { WilderAverage } from '../moving-average.js';
import { trueRange } from '../true-range.js';
import { BreakSide } from './breaks.js';
import type { Break } from './breaks.js';
import { CandleHistory } from './candle-history.js';
import { DealingRange } from './dealing-range.js';
import { fairValueGap } from './fair-value-gaps.js';
import { Inducements } from './inducements.js';
import { killzoneAt } from './killzones.js';
import { Liquidity } from './liquidity.js';
import { OpenZones } from './open-zones.js';
import { orderBlock } from './order-blocks.js';
import { SwingDetector } from './swings.js';

const KEPT_EVENTS = 60;
const HISTORY = 128;
/** Shares of ATR(14): how far equal highs may differ, how high a gap must be, how high the leg of an order block. */
const EQUAL = 0.1;
const GAP = 0.25;
const LEG = 1;

/**
 * Market structure of one instrument and interval in the sense of ICT (M. J. Huddleston's mentorships, 2016 to 2022) and SMC,
 * which have no single text: each event's definition stands at its class or function in this folder.
 *
 * - swing: `SwingDetector`. break of structure and change of character: a close beyond the last confirmed unbroken swing, with
 *   the trend (or before there is one) the first, against it the second; the break sets the trend. `price` is the swing's.
 * - liquidity sweep: `Liquidity`. inducement: `Inducements`. fair value gap: `fairValueGap`. order block: `orderBlock`.
 * - open zones: `OpenZones`. premium and discount: `DealingRange`. killzone: `killzoneAt`.
 *
 * One candle at a time, closed, oldest first: what a candle confirms has its `knownAt` as `confirmed_at`, and levels that
 * a candle may break or sweep were confirmed before it. Events are frozen. Memory is bounded, cost per candle constant.
 * Where fewer than 14 candles were seen the shares of ATR are 0: equal is exactly equal, every gap and leg counts.
 */
export class StructureTracker {
  private readonly history = new CandleHistory(HISTORY);
  private readonly swings: SwingDetector;
  private readonly breakUp = new BreakSide('bullish');
  private readonly breakDown = new BreakSide('bearish');
  private readonly equalHighs = new Liquidity('bearish');
  private readonly equalLows = new Liquidity('bullish');
  private readonly inducements = new Inducements(this.history);
  private readonly zones = new OpenZones();
  private readonly range = new DealingRange();
  private readonly ranges = new WilderAverage(14);
  private readonly swingBars: number;
  private readonly daily: boolean;
  private trend: Direction | null = null;
  private lastBlock: number | null = null;
  private events: readonly StructureEvent[] = Object.freeze([]);
  private fresh: StructureEvent[] = [];

  /** `swingBars`: candles on each side of a swing, and how much later it is known. */
  constructor(interval: Interval, { swingBars = 2 }: { readonly swingBars?: 2 | 3 } = {}) {
    this.daily = interval === '1d';
    this.swingBars = swingBars;
    this.swings = new SwingDetector(this.history, swingBars);
  }

  /** Takes the next closed candle and gives the structure as known after it, frozen. */
  update(candle: Candle): StructureState {
    const { history, swings } = this;
    const atr = this.ranges.update(trueRange(candle, history.ago(0)?.close ?? candle.close)) ?? 0;
    history.push(candle);
    this.zones.update(candle);

    this.say(this.equalHighs.update(candle, EQUAL * atr));
    this.say(this.equalLows.update(candle, EQUAL * atr));

    const up = this.breakUp.update(candle);
    const down = this.breakDown.update(candle);
    const broken = up ?? down; // never both: a swing low is not confirmed under an unbroken high
    if (broken === null) this.inducements.onCandle();
    else this.onBreak(broken, candle, atr);

    this.confirmSwing('bearish', atr);
    this.confirmSwing('bullish', atr);

    const first = history.ago(2);
    const gap = first === undefined ? null : fairValueGap(first, history.ago(1)!, candle, GAP * atr);
    this.say(gap);
    if (gap !== null) this.zones.add(gap);

    if (this.fresh.length > 0) {
      this.events = Object.freeze([...this.events, ...this.fresh].slice(-KEPT_EVENTS));
      this.fresh = [];
    }
    return Object.freeze({
      trend: this.trend,
      events: this.events,
      open_zones: this.zones.current,
      last_swing_high: swings.high,
      last_swing_low: swings.low,
      range: this.range.update(candle),
      killzone: this.daily ? null : killzoneAt(candle.knownAt),
    });
  }

  private say(event: StructureEvent | null): void {
    if (event !== null) this.fresh.push(event);
  }

  private onBreak(broken: Break, candle: Candle, atr: number): void {
    const { direction, swing } = broken;
    const against = this.trend !== null && this.trend !== direction;
    this.trend = direction;
    this.say(Object.freeze({
      kind: against ? 'change_of_character' : 'break_of_structure',
      time: candle.time, confirmed_at: candle.knownAt, direction, price: swing.price,
    }));
    this.say(this.inducements.onBreak(direction));
    this.range.onBreak(broken);
    const block = orderBlock(broken, this.history, LEG * atr);
    if (block === null || block.time === this.lastBlock) return;
    this.lastBlock = block.time;
    this.say(block);
    this.zones.add(block);
  }

  private confirmSwing(direction: Direction, atr: number): void {
    const swing = this.swings.detect(direction);
    if (swing === null) return;
    this.say(swing);
    const [side, pools] = direction === 'bearish' ? [this.breakUp, this.equalHighs] : [this.breakDown, this.equalLows];
    side.watch(swing, this.history, this.swingBars);
    pools.add(swing, EQUAL * atr);
  }
}
