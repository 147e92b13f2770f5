import { CodedError } from '../model/codes.js';
import type { Leg } from '../model/trading.js';
import type { Account, Order } from './account.js';
import type { Broker } from './brokers/broker.js';
import type { Booked } from './executions.js';
import type { Openings } from './openings.js';
import type { OrderFlow } from './order.flow.js';
import { afford, reconcile, type Difference } from './reconciliation.js';

export interface BrokerLineNeeds {
  readonly account: Account;
  readonly broker: Broker;
  readonly flow: OrderFlow;
  readonly openings: Openings;
  /** How long is waited the first time, the second, … */
  readonly askAgainMs: readonly number[];
  /** As a step of the desk. */
  readonly run: (step: () => Promise<void>) => Promise<void>;
  readonly touch: (symbol: string, leg: Leg) => void;
  readonly filled: (booked: Booked) => void;
  readonly onMet: (differences: readonly Difference[]) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

/** How long an order without an answer is waited for before the broker is asked, the first time, the second, … */
export const ASK_AGAIN_MS = [500, 1000, 2000, 5000, 10_000];
/** A difference to the broker is looked at so often again before it is believed. */
const LOOKS = 4;
/** No order has such an id. */
const [MEETING, CATCH_UP, MONEY] = ['meeting', 'catch-up', 'money'];

/** The line to an account's broker: when books are held against each other, and when what was not answered is asked for. */
export class BrokerLine {
  private readonly asking = new Map<string, NodeJS.Timeout>();
  private connected = false;
  private met = false;
  private different = false;
  private stopped = false;

  constructor(private readonly needs: BrokerLineNeeds) {}

  /** While the line is broken nothing is added; what closes is tried, once books and broker were held against each other. @throws CodedError NOT_READY */
  needed(closes: boolean): void {
    if (!this.connected && !(closes && this.met)) throw new CodedError('NOT_READY', `The broker of ${this.needs.account.id} does not answer: try again`);
  }

  /** The last meeting found positions that are not the broker's. */
  get differs(): boolean {
    return this.different;
  }

  lost(): void {
    this.connected = false;
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.asking.values()) clearTimeout(timer);
    this.asking.clear();
  }

  /** A step of the desk: executions and entries that were missed, orders that were not answered, positions, what waits to be opened. */
  async meet(adopting = false): Promise<void> {
    const { account, broker, flow, openings, askAgainMs, touch, filled, onMet } = this.needs;
    const differences = await reconcile({
      account, broker, flow, adopting, lookAgainMs: askAgainMs.slice(0, LOOKS),
      fill: (booked) => {
        touch(booked.fill.execution.symbol, booked.fill.execution.leg);
        filled(booked);
      },
    });
    [this.connected, this.met, this.different] = [true, true, differences.length > 0];
    for (const { symbol, leg } of [...account.book.positions(), ...await openings.load()]) touch(symbol, leg);
    await onMet(differences);
  }

  /** Until it has worked once. */
  meetSoon(times = 0): void {
    if (this.stopped) return;
    this.needs.run(() => this.meet()).catch((error: unknown) => {
      this.needs.onFault(error);
      clearTimeout(this.asking.get(MEETING));
      this.asking.set(MEETING, setTimeout(() => this.meetSoon(times + 1), this.waitOf(times)).unref());
    });
  }

  /** After each step: what is still to be heard is asked for a little later. */
  followUp(): void {
    if (this.needs.flow.orders.behind.size > 0) this.catchUpLater();
    for (const order of this.needs.account.openOrders()) if (isUnanswered(order)) this.askLater(order, 0);
  }

  /** After fills: what may be bought now, a little later and once for all of them. The desk does not wait for it. */
  askMoneyLater(times = 0): void {
    const { account, broker, onFault } = this.needs;
    if (this.stopped || this.asking.has(MONEY) || account.buyingPower === null) return;
    this.asking.set(MONEY, setTimeout(() => {
      this.asking.delete(MONEY);
      broker.account().then((theirs) => afford(account, broker, theirs)).catch((error: unknown) => {
        onFault(error);
        this.askMoneyLater(times + 1);
      });
    }, this.waitOf(times)).unref());
  }

  /** Executions come by themselves as a rule; where they do not, they are fetched. */
  private catchUpLater(): void {
    if (this.stopped || this.asking.has(CATCH_UP)) return;
    const { behind } = this.needs.flow.orders;
    this.asking.set(CATCH_UP, setTimeout(() => {
      this.asking.delete(CATCH_UP);
      if (behind.size === 0) return;
      behind.clear();
      this.meetSoon();
    }, this.waitOf(1)).unref());
  }

  /** Without sending blindly: the broker is asked, and only what it surely has not is sent again. */
  private askLater({ orderId }: Order, times: number): void {
    if (this.stopped || this.asking.has(orderId)) return;
    const { account, flow, run, onFault } = this.needs;
    this.asking.set(orderId, setTimeout(() => {
      this.asking.delete(orderId);
      run(async () => {
        const known = account.orders.get(orderId);
        if (this.stopped || !known || !isUnanswered(known)) return;
        const after = await flow.orders.ask(known).catch((error: unknown) => {
          onFault(error);
          return known;
        });
        if (isUnanswered(after)) this.askLater(after, times + 1);
      }).catch(onFault);
    }, this.waitOf(times)).unref());
  }

  private waitOf(times: number): number {
    const { askAgainMs } = this.needs;
    return askAgainMs[Math.min(times, askAgainMs.length - 1)]!;
  }
}

const isUnanswered = ({ status }: Order): boolean => status === 'unknown' || status === 'stored';
