import type { Leg } from '../model/trading.js';
import { isProtective, type Account, type Order } from './account.js';
import type { Broker, BrokerOrder } from './brokers/broker.js';
import { inParallel } from './in-parallel.js';
import { directionOf } from './openings.js';
import type { Proposal } from './proposal.js';
import type { SentOrders } from './sent-orders.js';

export interface CancelsNeeds {
  readonly account: Account;
  readonly broker: Broker;
  readonly orders: SentOrders;
  readonly instrumentOf: (symbol: string) => Parameters<Broker['abilities']>[0];
  /** What protects a position was cancelled: it is to be placed again. */
  readonly touch: (symbol: string, leg: Leg) => void;
  readonly onFault: (error: unknown) => void;
}

/** Requests under way to one broker; its rate limit is kept by its adapter. */
export const CANCELS_AT_ONCE = 16;
/** A cancel is asked for, and done a little later. */
const [LOOKS, LOOK_MS] = [20, 150];

/** Orders that have to go before something else can come. Steps of the account's desk. */
export class Cancels {
  constructor(private readonly needs: CancelsNeeds) {}

  /** What is told of it comes as any change does; a cancel that is not answered is seen at the next meeting. */
  async all(orders: readonly Order[]): Promise<void> {
    await inParallel(orders, CANCELS_AT_ONCE, async ({ orderId }) => {
      try {
        await this.needs.broker.cancel(orderId);
        const found = await this.cancelled(orderId);
        if (found) await this.needs.orders.changed(found);
      } catch (error) {
        this.needs.onFault(error);
      }
    });
  }

  /** Orders under way that the new target contradicts go first; and where they hold back what is to be sold, the protective ones. */
  async against({ symbol, leg, want, origin }: Proposal): Promise<void> {
    const { account } = this.needs;
    if (want.kind === 'open' && origin !== 'group') return; // a group's last word goes; others may want orders on both sides
    const direction = directionOf({ want });
    await this.all(account.openOrders(symbol, leg).filter(({ role, side }) => role === 'entry' && (direction === 0 || (side === 'buy') !== direction > 0)));
    const held = account.book.held(symbol, leg);
    if (held.isZero() || held.times(direction).gt(0)) return;
    await this.blocking(symbol, leg);
  }

  /** Protective orders, where they hold back what is to be closed. */
  async blocking(symbol: string, leg: Leg): Promise<void> {
    const { account, broker, instrumentOf, touch } = this.needs;
    if (broker.abilities(instrumentOf(symbol)).pairs) return; // there the reduce-only ones stand aside by themselves
    await this.all(account.openOrders(symbol, leg).filter(isProtective));
    touch(symbol, leg);
  }

  /** The order once it is over; as it is, where that takes too long. */
  private async cancelled(orderId: string): Promise<BrokerOrder | null> {
    for (let tries = 1; ; tries += 1) {
      const found = await this.needs.broker.find(orderId);
      if (!found || (found.status !== 'accepted' && found.status !== 'partially_filled') || tries === LOOKS) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
