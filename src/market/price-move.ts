export interface PriceMoveRules {
  /** Share, e.g. 0.01. */
  readonly threshold: number;
  /** Least market milliseconds between two triggers. */
  readonly cooldownMs: number;
}

/**
 * When the price of one symbol has moved enough since its last analysis. States:
 *
 * - ARMED: a price at least `threshold` away from the reference triggers. The reference is the price of the last analysis,
 *   or the first price seen.
 * - ASKED (from a trigger until `settled`): nothing triggers.
 * - FIRED (after that): a price at least `threshold` away from *the trigger's* price triggers: another full move. A price
 *   within half the threshold of the reference re-arms.
 *
 * A trigger's price is the reference from then on, so a price that stays where it went is not a second move. An analysis
 * of a later moment moves the reference; one that looked at an earlier moment than the reference is old news.
 * A trigger needs `cooldownMs` of market time since the last; a move meanwhile waits for its end and triggers then if
 * the price is still that far away.
 */
export class PriceMove {
  #reference: { readonly price: number; readonly at: number } | null = null;
  #state: 'armed' | 'asked' | 'fired' = 'armed';
  #fired = { price: Number.NaN, at: Number.NEGATIVE_INFINITY };

  constructor(private readonly rules: PriceMoveRules) {}

  /** The move in percent of the reference where it triggers, else null. */
  see(price: number, at: number): number | null {
    if (!this.#reference) this.#reference = { price, at };
    const reference = this.#reference.price;
    const { threshold, cooldownMs } = this.rules;
    if (this.#state === 'asked') return null;
    // tolerant of the last bit, so that 101 is a move of 1 % from 100
    const beyond = (from: number, share: number): boolean => Math.abs(price - from) >= from * share * (1 - 1e-9);
    if (this.#state === 'fired' && !beyond(reference, threshold / 2)) this.#state = 'armed';
    if (!beyond(this.#state === 'fired' ? this.#fired.price : reference, threshold)) return null;
    if (at - this.#fired.at < cooldownMs) return null;
    this.#state = 'asked';
    this.#fired = { price, at };
    this.#reference = { price, at };
    return 100 * (price / reference - 1);
  }

  /** The request of the trigger has ended, well or not. */
  settled(): void {
    if (this.#state === 'asked') this.#state = 'fired';
  }

  /** Some analysis looked at this price at this market time. */
  analysed(price: number, at: number): void {
    if (!this.#reference || at >= this.#reference.at) this.#reference = { price, at };
  }
}
