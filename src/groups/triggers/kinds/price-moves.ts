import { v7 as uuidv7 } from 'uuid';

export const DIRECTIONS = ['up', 'down', 'both'] as const;

export interface MoveRules {
  /** Share, e.g. 0.01. */
  readonly threshold: number;
  readonly direction: (typeof DIRECTIONS)[number];
  /** Market milliseconds that the move is measured over; null: since the last event, or the first price. */
  readonly windowMs: number | null;
  /** Least market milliseconds between two events. */
  readonly cooldownMs: number;
}

interface Point {
  readonly price: number;
  /** Market time. */
  readonly at: number;
}

/** Where the watch of one symbol stands; kept over a restart. */
export interface MoveState {
  /** With `count` it names the next event: an event that was stored, and not heard of, is not made again. */
  readonly id: string;
  readonly count: number;
  readonly reference: Point | null;
  readonly fired: Point | null;
  readonly armed: boolean;
}

export interface PriceMoved {
  readonly key: string;
  /** Percent. */
  readonly changePct: number;
  readonly from: Point;
  readonly to: Point;
  readonly next: MoveState;
}

/** Of one window; it may be off by that share. */
const SAMPLES = 120;
const fresh = (): MoveState => ({ id: uuidv7(), count: 0, reference: null, fired: null, armed: true });

/**
 * When the price of one symbol has moved by the threshold, once per move (`src/market/price-move.ts` has the states):
 * ARMED, the move counts from the reference: the price `windowMs` ago, or that of the last event. FIRED, only a further
 * full move from the event's price counts, until the change is under half the threshold. `see` changes nothing that an
 * event depends on: the move is over once it was `taken`.
 */
export class PriceMoves {
  #state: MoveState;
  /** The first is the last one at or before the window's begin. */
  #samples: Point[] = [];

  constructor(private readonly rules: MoveRules, state: MoveState | null) {
    this.#state = state ?? fresh();
  }

  get state(): MoveState {
    return this.#state;
  }

  /** Prices before the first that is seen, oldest first. */
  seed(past: readonly Point[]): void {
    for (const point of past) this.#sample(point);
  }

  see(price: number, at: number): PriceMoved | null {
    const to = { price, at };
    if (at < Math.max(this.#state.reference?.at ?? at, this.#state.fired?.at ?? at)) this.#restart(); // a file begins again
    if (!this.#state.reference) this.#state = { ...this.#state, reference: to };
    this.#sample(to);
    const { fired, reference } = this.#state;
    const from = this.rules.windowMs === null ? reference! : this.#samples[0]!;
    if (!this.#state.armed && this.#directed(price / from.price - 1) < this.rules.threshold / 2) this.#state = { ...this.#state, armed: true };
    const base = this.#state.armed || !fired ? from : fired;
    const change = price / base.price - 1;
    // tolerant of the last bit, so that 101 is a move of 1 % from 100
    if (this.#directed(change) < this.rules.threshold * (1 - 1e-9)) return null;
    if (fired && at - fired.at < this.rules.cooldownMs) return null;
    const { id, count } = this.#state;
    return { key: `${id}:${count}`, changePct: 100 * change, from: base, to, next: { id, count: count + 1, reference: to, fired: to, armed: false } };
  }

  taken({ next }: PriceMoved): void {
    this.#state = next;
  }

  #directed(change: number): number {
    const { direction } = this.rules;
    return direction === 'up' ? change : direction === 'down' ? -change : Math.abs(change);
  }

  #restart(): void {
    this.#state = fresh();
    this.#samples = [];
  }

  #sample(point: Point): void {
    const { windowMs } = this.rules;
    if (windowMs === null) return;
    const last = this.#samples.at(-1);
    if (!last || point.at - last.at >= windowMs / SAMPLES) this.#samples.push(point);
    while (this.#samples.length > 1 && this.#samples[1]!.at <= point.at - windowMs) this.#samples.shift();
  }
}
