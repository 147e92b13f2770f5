import type { streaming } from '@alpacahq/alpaca-trade-api';
import type { BrokerListener } from '../broker.js';
import { Fills } from './fills.js';
import type { History } from './history.js';
import { brokerOrder, fillOfUpdate, isEnd, number, type Fill } from './mapper.js';

const DAY = 86_400_000;
const MOST_ENDED = 10_000;

/** What the stream says, passed on one after the other; a fault of one does not stop the next. */
export class Updates {
  readonly #fills: Fills;
  /** Orders that have ended: later news of them are old news. */
  readonly #ended = new Set<string>();
  readonly #stopped = new AbortController();
  #after = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(private readonly needs: {
    readonly history: History;
    readonly listener: BrokerListener;
    readonly spelling: (alpaca: string) => string;
    /** Something was missed, or could not be passed on: all has to be compared. */
    readonly onFault: (error: Error) => void;
  }) {
    const { history, listener } = needs;
    this.#fills = new Fills({
      booked: (orderId): Promise<readonly Fill[]> => history.fillsOf(orderId, this.#after),
      tell: (fill) => listener.executed(history.named(fill)),
      signal: this.#stopped.signal,
    });
  }

  push(update: streaming.TradeUpdate): void {
    this.#queue = this.#queue.then(() => this.#take(update)).catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) this.needs.onFault(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#queue;
  }

  async #take(update: streaming.TradeUpdate): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const { order, event } = update;
    this.needs.history.learn(order);
    this.#after = (order.submittedAt ?? order.createdAt)?.getTime() ?? (update.timestamp?.getTime() ?? 0) - DAY;
    if (event === 'fill' || event === 'partial_fill') return this.#fills.take(fillOfUpdate(update, this.needs.spelling));
    const told = brokerOrder(order);
    await this.#fills.catchUp(told.brokerOrderId, number(order.filledQty ?? '0', 'filled_qty'));
    if (told.status === 'filled' || this.#ended.has(told.brokerOrderId)) return;
    if (isEnd(told.status)) this.#end(told.brokerOrderId);
    await this.needs.listener.changed(told);
  }

  #end(orderId: string): void {
    this.#ended.add(orderId);
    if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.values().next().value!);
  }
}
