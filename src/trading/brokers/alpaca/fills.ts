import { setTimeout } from 'node:timers/promises';
import { ZERO, type Decimal } from '../../../model/decimal.js';
import type { Fill } from './mapper.js';

const MOST_ORDERS = 10_000;
const LOOKS = 6;
const FIRST_WAIT_MS = 50;

/**
 * Passes every fill of an order on, in order, once. A fill is taken from the stream only where it follows what was passed on before;
 * where something is missing, or an update shows a later state than its own, the account's activities are read instead.
 */
export class Fills {
  /** Order → cumulative quantity that was passed on. */
  readonly #told = new Map<string, Decimal>();

  constructor(private readonly needs: {
    /** The order's fills as far as Alpaca's books have them, oldest first. */
    readonly booked: (orderId: string) => Promise<readonly Fill[]>;
    readonly tell: (fill: Fill) => Promise<void>;
    readonly signal: AbortSignal;
  }) {}

  async take(fill: Fill): Promise<void> {
    const told = this.#told.get(fill.orderId) ?? ZERO;
    if (fill.cumulative.lte(told)) return;
    if (told.plus(fill.execution.quantity).eq(fill.cumulative)) return this.#pass(fill);
    await this.catchUp(fill.orderId, fill.cumulative);
  }

  /** Reads what is missing up to this quantity; Alpaca's books may lag its stream. @throws Error where it does not come */
  async catchUp(orderId: string, cumulative: Decimal): Promise<void> {
    for (let look = 0; this.#missing(orderId, cumulative); look += 1) {
      if (look === LOOKS) throw new Error(`Alpaca's activities do not show all fills of order ${orderId}: ${(this.#told.get(orderId) ?? ZERO).toFixed()} of ${cumulative.toFixed()}`);
      if (look > 0) await setTimeout(FIRST_WAIT_MS * 2 ** look, undefined, { signal: this.needs.signal });
      // A fill whose predecessor is not booked yet waits for it.
      for (const fill of await this.needs.booked(orderId)) {
        if ((this.#told.get(orderId) ?? ZERO).plus(fill.execution.quantity).eq(fill.cumulative)) await this.#pass(fill);
      }
    }
  }

  #missing(orderId: string, cumulative: Decimal): boolean {
    return (this.#told.get(orderId) ?? ZERO).lt(cumulative);
  }

  async #pass(fill: Fill): Promise<void> {
    await this.needs.tell(fill);
    this.#told.delete(fill.orderId);
    this.#told.set(fill.orderId, fill.cumulative);
    if (this.#told.size > MOST_ORDERS) this.#told.delete(this.#told.keys().next().value!);
  }
}
