import type { trading } from '@alpacahq/alpaca-trade-api';
import type { AccountEntry, Execution } from '../../../model/trading.js';
import { coinFee, entryOf, fillOfActivity, type Activity, type Fill } from './mapper.js';
import type { AlpacaRest } from './rest.js';

const SECOND = 1_000;
const DAY = 86_400_000;
/** What is no fill may be booked days after the date that it bears: it is always told of these, and known again by its id. */
const LATE = 3 * DAY;
/** From so many orders without a known client order id on they are listed together. */
const LIST_FROM = 5;
const MOST_NAMES = 20_000;

/** What Alpaca's books say was done, with our names. Its times may be whole seconds or dates, so it is asked for more, and the rest is left out here. */
export class History {
  /** Order → client order id. */
  readonly #names = new Map<string, string>();
  /** Client order id → order. */
  readonly #ids = new Map<string, string>();

  constructor(private readonly rest: AlpacaRest, private readonly spelling: (alpaca: string) => string, private readonly now: () => number) {}

  learn({ id, clientOrderId }: trading.Order): void {
    if (id === undefined || clientOrderId === undefined) return;
    this.#names.set(id, clientOrderId);
    this.#ids.set(clientOrderId, id);
    if (this.#names.size > MOST_NAMES) this.#names.delete(this.#names.keys().next().value!);
    if (this.#ids.size > MOST_NAMES) this.#ids.delete(this.#ids.keys().next().value!);
  }

  /** null: Alpaca was not heard of it lately. */
  idOf(clientOrderId: string): string | null {
    return this.#ids.get(clientOrderId) ?? null;
  }

  /** Fills at or after this time, and fees that were taken in coins also of the days before; oldest first. */
  async executions(since: number): Promise<readonly Execution[]> {
    const activities = await this.rest.activities(['FILL', 'CFEE'], since - LATE);
    const fills = this.#fills(activities).filter(({ execution }) => execution.at >= since);
    const fees = activities.flatMap((activity) => (activity.activityType === 'CFEE' ? coinFee(activity, this.now(), this.spelling) ?? [] : []));
    await this.#learnAll(fills, since);
    return [...fills.map((fill) => this.named(fill)), ...fees].sort((a, b) => a.at - b.at);
  }

  /** Also of the days before. */
  async entries(since: number): Promise<readonly AccountEntry[]> {
    const activities = await this.rest.activities('non_trade_activity', since - LATE);
    return activities.flatMap((activity) => entryOf(activity, this.now(), this.spelling) ?? []).sort((a, b) => a.at - b.at);
  }

  /** The fills of one order, whose first is not before this time. */
  async fillsOf(orderId: string, after: number): Promise<readonly Fill[]> {
    return this.#fills(await this.rest.activities(['FILL'], after - SECOND)).filter((fill) => fill.orderId === orderId);
  }

  named({ orderId, execution }: Fill): Execution {
    return { ...execution, clientOrderId: this.#names.get(orderId) ?? null };
  }

  /** Alpaca does not keep the order of fills of one millisecond. */
  #fills(activities: readonly Activity[]): readonly Fill[] {
    return activities.filter(({ activityType }) => activityType === 'FILL').map((activity) => fillOfActivity(activity, this.spelling))
      .sort((a, b) => a.execution.at - b.execution.at || a.cumulative.cmp(b.cumulative));
  }

  async #learnAll(fills: readonly Fill[], since: number): Promise<void> {
    const unknown = (): readonly string[] => [...new Set(fills.map(({ orderId }) => orderId))].filter((orderId) => !this.#names.has(orderId));
    if (unknown().length >= LIST_FROM) for (const order of await this.rest.orders('all', since - DAY)) this.learn(order);
    for (const orderId of unknown()) {
      const order = await this.rest.order(orderId);
      if (order) this.learn(order);
    }
  }
}
