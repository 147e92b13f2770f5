import type { RoomWriter } from '../../rooms/room-writer.js';
import { alertMessage, type Firing } from './alert.js';
import type { AlertStore } from './alert-store.js';
import type { PriceWatches } from './price-watches.js';

/** How late the place of a price beside its thresholds may be stored, where nothing fires. */
const SETTLE_MS = 1000;

/**
 * What has fired, on its way into the log: in order, batch by batch. With each batch go the prices that alerts were
 * compared with, so that after a restart no crossing fires twice, and one that was not stored fires then.
 */
export class Firings {
  private waiting: Firing[] = [];
  /** Symbols whose price has passed a threshold since it was stored. */
  private moved = new Set<string>();
  private storing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly writer: RoomWriter,
    private readonly store: AlertStore,
    private readonly watches: PriceWatches,
    private readonly giveUp: AbortSignal,
    private readonly onGone: () => void,
    private readonly onFault: (error: Error) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => { if (this.moved.size > 0) this.storing ??= this.storeAll(); }, SETTLE_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    if (this.moved.size > 0) this.storing ??= this.storeAll();
    await this.storing;
  }

  add(firing: Firing): void {
    this.waiting.push(firing);
    this.storing ??= this.storeAll();
  }

  /** The symbol's price has passed a threshold. */
  passed(symbol: string): void {
    this.moved.add(symbol);
  }

  private async storeAll(): Promise<void> {
    await Promise.resolve(); // what fires at one price goes together
    while (this.waiting.length > 0 || this.moved.size > 0) {
      const [fired, moved] = [this.waiting, this.moved];
      this.waiting = [];
      this.moved = new Set();
      try {
        await this.storeBatch(fired, moved);
      } catch (error) {
        this.onFault(new Error(`${fired.length} alerts could not be stored or sent`, { cause: error }));
      }
    }
    this.storing = null;
  }

  private async storeBatch(fired: readonly Firing[], moved: ReadonlySet<string>): Promise<void> {
    const prices = new Map<string, number>();
    for (const symbol of moved) {
      const price = this.watches.price(symbol);
      if (price !== null) prices.set(symbol, price);
    }
    const gone = fired.filter(({ alert }) => alert.once).map(({ alert }) => alert.alertId);
    await this.writer.sayUntilStored({
      store: async (tx) => {
        await this.store.remove(tx, gone);
        await this.store.compared(tx, prices);
      },
      messages: fired.map(alertMessage),
    }, this.giveUp);
    if (gone.length > 0) this.onGone();
  }
}
