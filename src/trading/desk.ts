import type { Candle } from '../model/candle.js';
import { decimal } from '../model/decimal.js';
import { isOpen, type AccountEntry, type Execution, type Intent, type Leg } from '../model/trading.js';
import { planKey, type Account, type Order } from './account.js';
import type { AccountStore } from './account-store.js';
import { BrokerLine } from './broker-line.js';
import type { Broker, BrokerListener, BrokerOrder } from './brokers/broker.js';
import type { DrivenBroker } from './brokers/driven-broker.js';
import { Cancels } from './cancels.js';
import type { Booked } from './executions.js';
import { Exits } from './exits.js';
import { Halt } from './halt.js';
import type { OrderFlow } from './order.flow.js';
import type { Openings } from './openings.js';
import type { Proposal } from './proposal.js';
import type { Prices } from './prices.js';
import type { Difference } from './reconciliation.js';
import type { Decision, TradingEvents } from './trading.js';
import { Worth } from './worth.js';

export interface DeskNeeds {
  readonly account: Account;
  readonly broker: Broker;
  /** The same, where it moves only by what it is told of the market (paper): its events come inside the desk's own steps. */
  readonly driven: DrivenBroker | null;
  readonly flow: OrderFlow;
  readonly openings: Openings;
  readonly prices: Prices;
  readonly store: AccountStore;
  readonly instrumentOf: (symbol: string) => Parameters<Broker['abilities']>[0];
  readonly said: <K extends keyof TradingEvents>(what: K, ...of: Parameters<TradingEvents[K]>) => Promise<void>;
  /** After marks or money have changed: the breaker looks. */
  readonly onWorth: () => void;
  readonly onDifference: (differences: readonly Difference[]) => Promise<void>;
  readonly isHalted: () => boolean;
  /** HALTED, and the broker has not cancelled these yet; none: it has, later. */
  readonly onLeft: (left: readonly Order[]) => Promise<void>;
  readonly onFault: (error: unknown) => void;
  readonly askAgainMs: readonly number[];
}

/** One account's serial writer: one step after the other, whoever asks. */
export class Desk implements BrokerListener {
  readonly account: Account;
  readonly flow: OrderFlow;
  /** `paper`, `alpaca-paper`, `alpaca-live` */
  readonly broker: string;
  private work: Promise<unknown> = Promise.resolve();
  private readonly touched = new Map<string, { symbol: string; leg: Leg }>();
  private readonly ticksWaiting = new Set<string>();
  private readonly fills: Booked[] = [];
  private readonly cancels: Cancels;
  private readonly exits: Exits;
  private readonly line: BrokerLine;
  private readonly halt: Halt;
  private readonly worth: Worth;

  constructor(private readonly needs: DeskNeeds) {
    const { account, broker, flow, openings, prices, instrumentOf, askAgainMs, onFault } = needs;
    [this.account, this.flow, this.broker] = [account, flow, broker.kind];
    const touch = (symbol: string, leg: Leg): void => this.touch(symbol, leg);
    this.cancels = new Cancels({ account, broker, orders: flow.orders, instrumentOf, touch, onFault });
    this.exits = new Exits({ account, broker, flow, cancels: this.cancels, prices, instrumentOf, store: needs.store });
    this.halt = new Halt({
      account, broker, cancels: this.cancels, driven: needs.driven !== null, askAgainMs, onFault, run: (step) => this.run(step),
      isHalted: needs.isHalted, onLeft: needs.onLeft,
    });
    this.worth = new Worth({
      account, onFault, now: () => prices.now(), keep: () => this.run(() => flow.executions.keep()), onWorth: needs.onWorth, notice: () => needs.said('account', account.id),
    });
    this.line = new BrokerLine({
      account, broker, flow, openings, askAgainMs, touch, onFault, run: (step) => this.run(step), filled: (booked) => this.fills.push(booked),
      onMet: async (differences) => {
        if (differences.length > 0) await needs.onDifference(differences);
        await this.worth.notice();
      },
    });
  }

  /** Meets the broker, and holds the books against its own. `adopting`: what it has already is taken over. */
  async start(adopting: boolean): Promise<void> {
    await this.needs.broker.start(this);
    try {
      await this.run(() => this.line.meet(adopting));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.line.stop();
    this.halt.stop();
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
      this.line.needed(asked.want.kind === 'close');
      await this.cancels.against(asked);
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
      this.line.needed(intent.reduceOnly);
      const decision = await this.flow.execute(decisionId, intent);
      this.touch(intent.symbol, intent.leg);
      await this.needs.said('decided', decision);
      return decision;
    });
  }

  /** A price of a feed that ticks. */
  tick(symbol: string, price: number, volume: number, at: number): void {
    if (!this.concerns(symbol)) return;
    this.account.book.mark(symbol, decimal(price));
    this.worth.changed(at);
    if (this.ticksWaiting.has(symbol)) return; // the one that waits sees the newest price
    this.ticksWaiting.add(symbol);
    this.run(async () => {
      this.ticksWaiting.delete(symbol);
      const now = this.needs.prices.of(symbol);
      if (now) await this.needs.driven?.tick(symbol, now.last.toNumber(), volume, now.at);
      await this.due(symbol);
    }).catch(this.needs.onFault);
  }

  /** A candle of a feed that has candles only: resolves when all that it does is done. */
  async candle(symbol: string, candle: Candle): Promise<void> {
    if (!this.concerns(symbol)) return;
    await this.run(async () => {
      await this.needs.driven?.candle(symbol, candle);
      this.account.book.mark(symbol, decimal(candle.close));
      await this.due(symbol);
    });
    this.worth.changed(candle.knownAt);
  }

  /** What can add exposure goes; what protects stays. Not from inside a step. */
  cancelExposure(): Promise<void> {
    return this.halt.begin();
  }

  /** By hand: where the books differ from the broker's, its positions are taken over as they are. @throws BrokerSilent */
  agree(): Promise<void> {
    return this.run(async () => {
      if (this.line.differs) await this.line.meet(true);
    });
  }

  async executed(execution: Execution): Promise<void> {
    await this.inside(async () => {
      const booked = await this.flow.executions.executed(execution);
      if (!booked) return;
      this.touch(execution.symbol, execution.leg);
      this.fills.push(booked);
    });
  }

  async changed(order: BrokerOrder): Promise<void> {
    await this.inside(async () => {
      const known = this.account.orders.get(order.clientOrderId);
      if (!known) return;
      const after = await this.flow.orders.changed(order, known);
      if (!isOpen(after.status)) this.touch(after.symbol, after.leg);
    });
  }

  async booked(entry: AccountEntry): Promise<void> {
    await this.inside(async () => {
      if (await this.flow.executions.entered(entry)) this.worth.changed(entry.at);
    });
  }

  reconnected(): void {
    this.line.meetSoon();
  }

  lost(error: Error): void {
    this.line.lost();
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
      if (fills.length > 0) {
        await this.worth.notice();
        this.line.askMoneyLater();
      }
      const touched = [...this.touched.values()];
      this.touched.clear();
      for (const { symbol, leg } of touched) {
        await this.exits.protect(symbol, leg);
        for (const decision of await this.needs.openings.settle(symbol, leg)) await this.needs.said('decided', decision);
      }
    }
    this.line.followUp();
  }

  /** Positions that end by themselves, and what waits for a price to be opened. */
  private async due(symbol: string): Promise<void> {
    for (const leg of this.needs.openings.legsOf(symbol)) this.touch(symbol, leg);
    for (const decision of await this.exits.due(symbol)) {
      if (decision.status !== null) await this.needs.said('decided', decision);
      if (decision.status === 'refused') this.touch(symbol, decision.proposal!.leg);
    }
  }
}
