import type { AccountConfig } from '../config/config.js';
import type { Candle } from '../model/candle.js';
import { CodedError } from '../model/codes.js';
import { decimal } from '../model/decimal.js';
import { isOpen, type AccountEntry, type Execution, type Intent, type Leg } from '../model/trading.js';
import { isProtective, planKey, type Account, type Order } from './account.js';
import type { Broker, BrokerListener, BrokerOrder } from './brokers/broker.js';
import type { DrivenBroker } from './brokers/driven-broker.js';
import type { Booked, OrderFlow } from './order.flow.js';
import type { Openings } from './openings.js';
import { protectionOf, reached, type Watched } from './protection.js';
import { proposal, type Proposal } from './proposal.js';
import type { Prices } from './prices.js';
import { reconcile, type Difference } from './reconciliation.js';
import type { Decision, TradingEvents } from './trading.js';

export interface DeskNeeds {
  readonly account: Account;
  readonly config: AccountConfig;
  readonly broker: Broker;
  /** The same, where it moves only by what it is told of the market (paper): its events come inside the desk's own steps. */
  readonly driven: DrivenBroker | null;
  readonly flow: OrderFlow;
  readonly openings: Openings;
  readonly prices: Prices;
  readonly instrumentOf: (symbol: string) => Parameters<Broker['abilities']>[0];
  readonly said: <K extends keyof TradingEvents>(what: K, ...of: Parameters<TradingEvents[K]>) => Promise<void>;
  /** After marks or money have changed: the breaker looks. */
  readonly onWorth: () => void;
  readonly onDifference: (differences: readonly Difference[]) => Promise<void>;
  readonly onFault: (error: unknown) => void;
  readonly askAgainMs: readonly number[];
}

/** How long an order without an answer is waited for before the broker is asked, the first time, the second, … */
export const ASK_AGAIN_MS = [500, 1000, 2000, 5000, 10_000];
/** A difference to the broker is looked at so often again before it is believed. */
const LOOKS = 4;
/** A cancel is asked for, and done a little later. */
const [CANCEL_LOOKS, CANCEL_LOOK_MS] = [20, 150];
/** No order has such an id. */
const [MEETING, CATCH_UP] = ['meeting', 'catch-up'];
const EXIT_RETRY_MS = 60_000;
/** Market milliseconds between two notices that an account's worth has changed. */
const NOTICE_MS = 1000;

/** One account's serial writer: one step after the other, whoever asks. */
export class Desk implements BrokerListener {
  private work: Promise<unknown> = Promise.resolve();
  private readonly touched = new Map<string, { symbol: string; leg: Leg }>();
  private readonly watched = new Map<string, Watched>();
  private readonly exitTried = new Map<string, number>();
  private readonly asking = new Map<string, NodeJS.Timeout>();
  private readonly ticksWaiting = new Set<string>();
  private readonly fills: Booked[] = [];
  private noticedAt = Number.NEGATIVE_INFINITY;
  private connected = false;
  private met = false;
  private stopped = false;

  constructor(private readonly needs: DeskNeeds) {}

  get account(): Account {
    return this.needs.account;
  }

  get flow(): OrderFlow {
    return this.needs.flow;
  }

  get broker(): string {
    return this.needs.broker.kind;
  }

  /** Meets the broker, and holds the books against its own. `adopting`: what it has already is taken over. */
  async start(adopting: boolean): Promise<void> {
    await this.needs.broker.start(this);
    try {
      await this.run(() => this.meet(adopting));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.asking.values()) clearTimeout(timer);
    this.asking.clear();
    await this.work.catch(() => undefined);
    await this.needs.broker.stop();
  }

  /** Everything that was asked for before is done. */
  async idle(): Promise<void> {
    for (let work: unknown = null; work !== this.work;) {
      work = this.work;
      await this.work;
    }
  }

  propose(asked: Proposal): Promise<Decision> {
    return this.run(async () => {
      // while the line is broken nothing is added; what closes is tried
      if (!this.connected && (asked.want.kind !== 'close' || !this.met)) throw new CodedError('NOT_READY', `The broker of ${this.account.id} does not answer: try again`);
      await this.cancelAgainst(asked);
      const { openings, said } = this.needs;
      const decision = await this.flow.consider(asked, openings.storing(asked));
      for (const ended of await openings.considered(asked, decision)) await said('decided', ended);
      if (openings.concerns(asked.symbol)) this.touch(asked.symbol, asked.leg); // what closes may have ended already
      if (decision.status !== null) await said('decided', decision);
      return decision;
    });
  }

  execute(decisionId: string, intent: Intent): Promise<Decision> {
    return this.run(async () => {
      const decision = await this.flow.execute(decisionId, intent);
      this.touch(intent.symbol, intent.leg);
      await this.needs.said('decided', decision);
      return decision;
    });
  }

  /** A price of a feed that ticks. */
  tick(symbol: string, price: number, volume: number, at: number): void {
    const { account, driven } = this.needs;
    if (!this.concerns(symbol)) return;
    account.book.mark(symbol, decimal(price));
    this.worth(at);
    if (this.ticksWaiting.has(symbol)) return; // the one that waits sees the newest price
    this.ticksWaiting.add(symbol);
    this.run(async () => {
      this.ticksWaiting.delete(symbol);
      const now = this.needs.prices.of(symbol);
      if (now && driven) await driven.tick(symbol, now.last.toNumber(), volume, now.at);
      await this.exits(symbol);
    }).catch(this.needs.onFault);
  }

  /** A candle of a feed that has candles only: resolves when all that it does is done. */
  async candle(symbol: string, candle: Candle): Promise<void> {
    const { account, driven } = this.needs;
    if (!this.concerns(symbol)) return;
    await this.run(async () => {
      if (driven) await driven.candle(symbol, candle);
      account.book.mark(symbol, decimal(candle.close));
      await this.exits(symbol);
    });
    this.worth(candle.knownAt);
  }

  /** What can add exposure goes; what protects stays. */
  cancelExposure(): Promise<void> {
    return this.run(() => this.cancelAll(this.account.openOrders().filter(({ reduceOnly }) => !reduceOnly)));
  }

  /** By hand: the broker's positions are taken over as they are. */
  adopt(): Promise<void> {
    return this.run(() => this.meet(true));
  }

  async executed(execution: Execution): Promise<void> {
    await this.inside(async () => {
      const booked = await this.flow.executed(execution);
      if (!booked) return;
      this.touch(execution.symbol, execution.leg);
      this.fills.push(booked);
    });
  }

  async changed(order: BrokerOrder): Promise<void> {
    await this.inside(async () => {
      const known = this.account.orders.get(order.clientOrderId);
      if (!known) return;
      const after = await this.flow.changed(order, known);
      if (!isOpen(after.status)) this.touch(after.symbol, after.leg);
    });
  }

  async booked(entry: AccountEntry): Promise<void> {
    await this.inside(async () => {
      if (await this.flow.entered(entry)) this.worth(entry.at);
    });
  }

  reconnected(): void {
    this.meetSoon(0);
  }

  lost(error: Error): void {
    this.connected = false;
    this.needs.onFault(error);
  }

  /** One step after the other; what fills left to do is done before the next. */
  private run<T>(step: () => Promise<T>): Promise<T> {
    const done = this.work.then(async () => {
      const result = await step();
      await this.followUp();
      return result;
    });
    this.work = done.catch(() => undefined);
    return done;
  }

  /** A driven broker speaks inside a step of ours; another at any time. */
  private inside(step: () => Promise<void>): Promise<void> {
    return this.needs.driven ? step() : this.run(step);
  }

  private concerns(symbol: string): boolean {
    return this.account.concerns(symbol) || this.needs.openings.concerns(symbol);
  }

  private touch(symbol: string, leg: Leg): void {
    this.touched.set(planKey(symbol, leg), { symbol, leg });
  }

  /** Protective orders that fit the position again, what waited for a flat one, and the word to those who listen. */
  private async followUp(): Promise<void> {
    while (this.touched.size > 0 || this.fills.length > 0) {
      const fills = this.fills.splice(0);
      for (const { fill, end } of fills) {
        await this.needs.said('filled', fill);
        if (end) await this.needs.said('closed', end);
      }
      if (fills.length > 0) await this.notice();
      const touched = [...this.touched.values()];
      this.touched.clear();
      for (const { symbol, leg } of touched) {
        await this.protect(symbol, leg);
        for (const decision of await this.needs.openings.settle(symbol, leg)) await this.needs.said('decided', decision);
      }
    }
    if (this.flow.behind.size > 0) this.catchUpLater();
    for (const order of this.account.openOrders()) if (order.status === 'unknown' || order.status === 'stored') this.askLater(order, 0);
  }

  private async protect(symbol: string, leg: Leg): Promise<void> {
    const { account, broker, prices, instrumentOf } = this.needs;
    const { cancel, place, watched } = protectionOf(account, symbol, leg, broker.abilities(instrumentOf(symbol)), prices.now());
    const key = planKey(symbol, leg);
    let rest: Watched | null = watched;
    await this.cancelAll(cancel);
    for (const order of place) {
      const sent = await this.flow.protect(order);
      // a level that the broker does not take is watched from here
      if (sent.status === 'rejected' && order.role === 'stop') rest = { target: rest?.target ?? null, stop: order.stopPrice };
      if (sent.status === 'rejected' && order.role === 'target') rest = { stop: rest?.stop ?? null, target: order.limitPrice };
    }
    if (rest && (rest.target || rest.stop)) this.watched.set(key, rest);
    else this.watched.delete(key);
  }

  /** Levels that do not rest at the broker, and positions whose time has come. */
  private async exits(symbol: string): Promise<void> {
    const price = this.needs.prices.of(symbol);
    const now = this.needs.prices.now();
    for (const leg of this.needs.openings.legsOf(symbol)) this.touch(symbol, leg);
    if (!price) return;
    for (const position of this.account.book.positions().filter((each) => each.symbol === symbol)) {
      const key = planKey(symbol, position.leg);
      const plan = this.account.plans.get(key);
      if (!plan) continue;
      const watched = this.watched.get(key);
      const level = watched ? reached(position, watched, price.last) : null;
      const due = plan.exitAt !== null && now >= plan.exitAt;
      const closing = this.account.openOrders(symbol, position.leg).some(({ role }) => role === 'exit');
      if ((!level && !due) || closing || (this.exitTried.get(key) ?? Number.NEGATIVE_INFINITY) > now - EXIT_RETRY_MS) continue;
      this.exitTried.set(key, now);
      await this.cancelBlocking(symbol, position.leg);
      const decision = await this.flow.consider(proposal({
        key: `exit:${plan.orderId}:${now}`, accountId: this.account.id, symbol, leg: position.leg, origin: 'strategy', originId: level ?? 'horizon',
        want: { kind: 'close', quantity: null }, asOf: now, price: price.last, reason: level ? `The ${level} was reached` : 'The horizon of what opened it has passed',
      }));
      if (decision.status !== null) await this.needs.said('decided', decision);
      if (decision.status === 'refused') this.touch(symbol, position.leg);
    }
  }

  /** Orders under way that the new target contradicts go first; and where they hold back what is to be sold, the protective ones. */
  private async cancelAgainst({ symbol, leg, want }: Proposal): Promise<void> {
    if (want.kind === 'open') return;
    const direction = want.kind === 'target' ? want.direction : 0;
    const against = this.account.openOrders(symbol, leg).filter(({ role, side }) => role === 'entry' && (direction === 0 || (side === 'buy') !== direction > 0));
    await this.cancelAll(against);
    const held = this.account.book.held(symbol, leg);
    if (held.isZero() || held.times(direction).gt(0)) return;
    await this.cancelBlocking(symbol, leg);
  }

  private async cancelBlocking(symbol: string, leg: Leg): Promise<void> {
    const { broker, instrumentOf } = this.needs;
    if (broker.abilities(instrumentOf(symbol)).pairs) return; // there the reduce-only ones stand aside by themselves
    await this.cancelAll(this.account.openOrders(symbol, leg).filter(isProtective));
    this.touch(symbol, leg);
  }

  /** What is told of it comes as any change does; a cancel that is not answered is seen at the next meeting. */
  private async cancelAll(orders: readonly Order[]): Promise<void> {
    for (const { orderId } of orders) {
      try {
        await this.needs.broker.cancel(orderId);
        const found = await this.cancelled(orderId);
        if (found) await this.flow.changed(found);
      } catch (error) {
        this.needs.onFault(error);
      }
    }
  }

  /** The order once it is over; as it is, where that takes too long. */
  private async cancelled(orderId: string): Promise<BrokerOrder | null> {
    for (let tries = 1; ; tries += 1) {
      const found = await this.needs.broker.find(orderId);
      if (!found || (found.status !== 'accepted' && found.status !== 'partially_filled') || tries === CANCEL_LOOKS) return found;
      await new Promise((resolve) => setTimeout(resolve, CANCEL_LOOK_MS));
    }
  }

  /** Books against the broker's: executions and entries that were missed, orders that were not answered, positions. */
  private async meet(adopting = false): Promise<void> {
    const differences = await reconcile({
      account: this.account, broker: this.needs.broker, flow: this.flow, adopting, lookAgainMs: this.needs.askAgainMs.slice(0, LOOKS),
      fill: (booked) => { this.touch(booked.fill.execution.symbol, booked.fill.execution.leg); this.fills.push(booked); },
    });
    [this.connected, this.met] = [true, true];
    for (const { symbol, leg } of [...this.account.book.positions(), ...await this.needs.openings.load()]) this.touch(symbol, leg);
    if (differences.length > 0) await this.needs.onDifference(differences);
    await this.notice();
  }

  /** Until it has worked once. */
  private meetSoon(times: number): void {
    if (this.stopped) return;
    this.run(() => this.meet()).catch((error: unknown) => {
      this.needs.onFault(error);
      clearTimeout(this.asking.get(MEETING));
      this.asking.set(MEETING, setTimeout(() => this.meetSoon(times + 1), this.waitOf(times)).unref());
    });
  }

  /** Executions come by themselves as a rule; where they do not, they are fetched. */
  private catchUpLater(): void {
    if (this.stopped || this.asking.has(CATCH_UP)) return;
    this.asking.set(CATCH_UP, setTimeout(() => {
      this.asking.delete(CATCH_UP);
      if (this.flow.behind.size === 0) return;
      this.flow.behind.clear();
      this.meetSoon(0);
    }, this.waitOf(1)).unref());
  }

  private waitOf(times: number): number {
    const { askAgainMs } = this.needs;
    return askAgainMs[Math.min(times, askAgainMs.length - 1)]!;
  }

  /** Without sending blindly: the broker is asked, and only what it surely has not is sent again. */
  private askLater(order: Order, times: number): void {
    if (this.stopped || this.asking.has(order.orderId)) return;
    this.asking.set(order.orderId, setTimeout(() => {
      this.asking.delete(order.orderId);
      this.run(async () => {
        const known = this.account.orders.get(order.orderId);
        if (this.stopped || !known || (known.status !== 'unknown' && known.status !== 'stored')) return;
        const after = await this.flow.ask(known).catch((error: unknown) => {
          this.needs.onFault(error);
          return known;
        });
        if (after.status === 'unknown' || after.status === 'stored') this.askLater(after, times + 1);
      }).catch(this.needs.onFault);
    }, this.waitOf(times)).unref());
  }

  private worth(now: number): void {
    this.account.measure(now);
    this.needs.onWorth();
    if (now - this.noticedAt < NOTICE_MS) return;
    this.notice().catch(this.needs.onFault);
  }

  private async notice(): Promise<void> {
    this.noticedAt = this.needs.prices.now();
    await this.needs.said('account', this.account.id);
  }
}
