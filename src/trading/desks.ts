import type { AccountConfig, ConfiguredInstrument, TradingConfig } from '../config/config.js';
import type { Market } from '../market/market.js';
import type { Candle } from '../model/candle.js';
import { CodedError } from '../model/codes.js';
import { decimal, ZERO } from '../model/decimal.js';
import { intervalMs, type Interval } from '../model/interval.js';
import type { Intent, TradingState } from '../model/trading.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import { systemAlert } from '../rooms/system-alert.js';
import { Account } from './account.js';
import type { AccountDirectory, NewAccount } from './account-directory.js';
import type { AccountStore } from './account-store.js';
import { accountView } from './account-view.js';
import type { Broker } from './brokers/broker.js';
import type { DrivenBroker } from './brokers/driven-broker.js';
import { ASK_AGAIN_MS, Desk } from './desk.js';
import type { ApprovalDesk } from './approval-desk.js';
import type { OpeningStore } from './opening-store.js';
import { Openings } from './openings.js';
import { OrderFlow } from './order.flow.js';
import { Book } from './portfolio/book.js';
import type { Prices } from './prices.js';
import type { Proposal } from './proposal.js';
import type { Difference } from './reconciliation.js';
import { brokenLimit } from './risk/breaker.js';
import type { GateResult } from './risk/gate.js';
import { ALL, type StateChange, type StateNow, type States } from './states.js';
import type { TradingLease } from './trading-lease.js';
import { Trading, type AccountView, type Decision, type OrderChange, type TradingEvents } from './trading.js';

export interface OpenedBroker {
  readonly broker: Broker;
  /** The same, where it is driven by the market (paper). */
  readonly driven: DrivenBroker | null;
}

export interface DesksNeeds {
  readonly config: Pick<TradingConfig, 'breaker'>;
  readonly accounts: AccountDirectory;
  readonly market: Pick<Market, 'instrument' | 'instruments' | 'ownInterval' | 'now'>;
  readonly prices: Prices;
  readonly store: AccountStore;
  readonly openings: OpeningStore;
  readonly states: States;
  readonly writer: RoomWriter;
  readonly approvals: ApprovalDesk;
  readonly brokerFor: (account: AccountConfig) => OpenedBroker | Promise<OpenedBroker>;
  readonly lease: Pick<TradingLease, 'isHeld' | 'check'>;
  /** To other nodes: something of this scope has changed. */
  readonly tell: (scope: string) => void;
  readonly onFault: (error: unknown) => void;
  readonly askAgainMs?: readonly number[];
}

/** All accounts: who may move them, and what moves them. */
export class Desks extends Trading {
  private readonly desks = new Map<string, Desk>();
  /** Of accounts that another node trades. */
  private copies = new Map<string, Account>();
  private readonly listeners: Partial<TradingEvents>[] = [];
  private readonly giveUp = new AbortController();
  private readonly breaking = new Set<string>();
  private readonly opening = new Map<string, Promise<void>>();
  /** Raised whenever this node trades no more. */
  private closings = 0;
  private draining = false;

  constructor(private readonly needs: DesksNeeds) {
    super();
  }

  /** Opens every account, here. Those whose broker does not answer are tried again by `retry`. */
  async open(): Promise<void> {
    await this.needs.states.sync();
    await this.needs.accounts.sync();
    for (const config of this.needs.accounts.all()) await this.openAccount(config).catch(this.needs.onFault);
    for (const [id] of this.desks) if (this.state(id) === 'HALTED') await this.desks.get(id)!.cancelExposure().catch(this.needs.onFault);
  }

  /** Another node trades from now on, or this one ends. */
  async close(): Promise<void> {
    this.closings += 1;
    const desks = [...this.desks.values()];
    this.desks.clear();
    await Promise.all(desks.map((desk) => desk.stop().catch(this.needs.onFault)));
  }

  async stop(graceMs: number): Promise<void> {
    this.draining = true;
    const timer = setTimeout(() => this.giveUp.abort(), graceMs);
    await this.idle();
    await this.close();
    clearTimeout(timer);
  }

  /** What rows say of accounts that are not traded here, and of states. */
  async refresh(): Promise<void> {
    for (const scope of await this.needs.states.sync()) await this.stateChanged(scope);
    await this.needs.accounts.sync();
    if (this.needs.lease.isHeld()) {
      for (const config of this.needs.accounts.all()) if (!this.desks.has(config.id)) await this.openAccount(config).catch(this.needs.onFault);
      return;
    }
    const loaded = await this.needs.store.loadAll(this.needs.accounts.all().map(({ id }) => id));
    this.copies = new Map([...loaded].map(([id, { account }]) => [id, account]));
  }

  /** Made for good, and opened where this node trades; another that does opens it within a second. @throws CodedError as `AccountDirectory.create`, DRAINING */
  async create(asked: NewAccount): Promise<AccountView> {
    if (this.draining) throw new CodedError('DRAINING', 'This node is shutting down: ask another, or again in a moment');
    const config = await this.needs.accounts.create(asked);
    if (this.needs.lease.isHeld()) await this.openAccount(config).catch(this.needs.onFault); // `refresh` tries it again
    this.needs.tell(config.id);
    return this.account(config.id);
  }

  async propose(proposal: Proposal): Promise<Decision> {
    if (this.draining) throw new CodedError('DRAINING', 'This node is shutting down: ask another, or again in a moment');
    return this.desk(proposal.accountId).propose({ ...proposal, symbol: this.needs.market.instrument(proposal.symbol).symbol });
  }

  execute(accountId: string, decisionId: string, intent: Intent): Promise<Decision> {
    return this.desk(accountId).execute(decisionId, intent);
  }

  /** Every gate, for an intent that a person has changed. */
  check(accountId: string, intent: Intent, except: Intent | null, of: { confidence: number | null; origin: string }): Promise<GateResult> {
    return this.desk(accountId).flow.gates(intent, { ...of, price: null }, except);
  }

  desk(accountId: string): Desk {
    const desk = this.desks.get(accountId);
    if (desk) return desk;
    this.needs.accounts.get(accountId);
    throw new CodedError('NOT_READY', this.needs.lease.isHeld() ? `The broker of ${accountId} has not answered yet: try again` : `Another node trades ${accountId}: ask it, or again in a moment`);
  }

  account(accountId: string): AccountView {
    const config = this.needs.accounts.get(accountId);
    const desk = this.desks.get(accountId);
    const account = desk?.account ?? this.copies.get(accountId);
    return accountView(account ?? new Account(accountId, config.mode, config.currency, decimal(config.balance), new Book(config.mode, decimal(config.balance))), {
      broker: desk?.broker ?? config.broker, priceOf: (symbol) => this.needs.prices.of(symbol)?.last ?? null, state: this.needs.states.effective(accountId),
    });
  }

  accounts(): readonly AccountView[] {
    return this.needs.accounts.all().map(({ id }) => this.account(id));
  }

  holds(accountId: string): boolean {
    return this.needs.lease.isHeld() && this.desks.has(accountId);
  }

  /** What was stored outside the desks. */
  async changed(change: OrderChange): Promise<void> {
    await this.said('changed', change);
  }

  listen(events: Partial<TradingEvents>): void {
    this.listeners.push(events);
  }

  now(): number {
    return this.needs.market.now();
  }

  /** A price; of feeds that have candles only, the candle says it. */
  price(symbol: string, price: number, volume: number, at: number): void {
    if (this.needs.market.ownInterval(symbol) !== null || !this.needs.lease.isHeld()) return;
    for (const desk of this.desks.values()) desk.tick(symbol, price, volume, at);
  }

  /** A closed candle; resolves when all that it does is done. */
  async candle(symbol: string, candle: Candle): Promise<void> {
    if (this.needs.market.ownInterval(symbol) === null || !this.needs.lease.isHeld()) return;
    for (const desk of this.desks.values()) await desk.candle(symbol, candle).catch(this.needs.onFault);
  }

  async idle(): Promise<void> {
    await Promise.all([...this.desks.values()].map((desk) => desk.idle()));
  }

  /** By hand or by the breaker; of one account or of `all`. HALTED cancels what can add exposure before it resolves. */
  async setState(scope: string, change: StateChange): Promise<StateNow> {
    if (scope !== ALL) this.needs.accounts.get(scope);
    const before = this.needs.states.of(scope);
    // whoever goes on past a broken limit is not stopped by the same one again at once
    const code = change.state === 'ACTIVE' ? before.code : change.code;
    const now = await this.needs.states.set(scope, { ...change, code });
    if (change.state === 'ACTIVE' && before.code === DIFFERS && scope !== ALL) await this.desks.get(scope)?.adopt();
    await this.stateChanged(scope);
    this.needs.tell(scope);
    return now;
  }

  private async stateChanged(scope: string): Promise<void> {
    const scopes = scope === ALL ? [...this.desks.keys()] : [scope];
    for (const id of scopes) if (this.state(id) === 'HALTED') await this.desks.get(id)?.cancelExposure();
    await this.said('state', scope === ALL ? null : scope);
  }

  private state(accountId: string): TradingState {
    return this.needs.states.effective(accountId).state;
  }

  /** Once, whoever asks meanwhile. */
  private openAccount(config: AccountConfig): Promise<void> {
    if (this.desks.has(config.id)) return Promise.resolve();
    const opening = this.opening.get(config.id) ?? this.opened(config).finally(() => this.opening.delete(config.id));
    this.opening.set(config.id, opening);
    return opening;
  }

  private async opened(config: AccountConfig): Promise<void> {
    const { needs, closings } = this;
    const { broker, driven } = await needs.brokerFor(config);
    const loaded = await needs.store.load(config.id);
    const account = loaded?.account ?? new Account(config.id, config.mode, config.currency, decimal(config.balance), new Book(config.mode, decimal(config.balance)));
    for (const { symbol } of account.book.positions()) {
      const price = needs.prices.of(symbol);
      if (price) account.book.mark(symbol, price.last);
    }
    const flow = new OrderFlow({
      account, config, broker, market: needs.market, prices: needs.prices, store: needs.store, writer: needs.writer, approvals: needs.approvals,
      state: () => this.state(config.id), check: (tx) => needs.lease.check(tx), changed: (change) => this.said('changed', change), giveUp: this.giveUp.signal,
    });
    flow.settledUntil = loaded?.settledUntil ?? needs.market.now();
    const openings = new Openings({
      account, flow, prices: needs.prices, store: needs.store, openings: needs.openings, maxPriceAgeMs: config.limits.maxPriceAgeMs,
      longestMs: (symbol) => Math.max(LONGEST_FLIP_MS, 2 * barMs(needs.market.ownInterval(symbol))),
    });
    const desk = new Desk({
      account, config, broker, driven, flow, openings, prices: needs.prices,
      instrumentOf: (symbol): ConfiguredInstrument => needs.market.instrument(symbol),
      said: (what, ...of) => this.said(what, ...of),
      onWorth: () => this.look(config),
      onDifference: (differences) => this.differs(config.id, differences),
      onFault: needs.onFault, askAgainMs: needs.askAgainMs ?? ASK_AGAIN_MS,
    });
    await desk.start(loaded === null && driven === null);
    account.measure(needs.market.now());
    await flow.keep();
    if (closings !== this.closings) return desk.stop(); // another node trades by now
    this.desks.set(config.id, desk);
  }

  /** The breaker: what is broken now, and was not gone past by a person. */
  private look({ id, limits }: AccountConfig): void {
    const account = this.desks.get(id)?.account;
    if (!account || this.breaking.has(id)) return;
    const { equity } = account.book.totals();
    const broken = brokenLimit({ equity, dayStartEquity: account.dayStartEquity.gt(ZERO) ? account.dayStartEquity : equity, peakEquity: account.peakEquity }, limits);
    const { state, code } = this.needs.states.of(id);
    if (!broken || state !== 'ACTIVE' || code === broken.code) return;
    this.breaking.add(id);
    this.setState(id, { state: this.needs.config.breaker, code: broken.code, reason: broken.detail, by: 'breaker', at: this.needs.market.now() })
      .catch(this.needs.onFault).finally(() => this.breaking.delete(id));
  }

  private async differs(accountId: string, differences: readonly Difference[]): Promise<void> {
    const what = differences.map(({ symbol, leg, ours, theirs }) => `${symbol}${leg === 'net' ? '' : ` ${leg}`}: ${theirs.toString()} at the broker, ${ours.toString()} here`).join('; ');
    const at = this.needs.market.now();
    await this.needs.writer.say({ messages: systemAlert({ level: 'error', code: DIFFERS, message: `Account ${accountId} does not agree with its broker: ${what}. It is halted; setting it ACTIVE takes the broker's positions over`, timestamp: new Date(at).toISOString() }, `differs:${accountId}:${at}`) });
    await this.needs.states.set(accountId, { state: 'HALTED', code: DIFFERS, reason: what, by: 'reconciliation', at });
    await this.said('state', accountId);
  }

  private async said<K extends keyof TradingEvents>(what: K, ...of: Parameters<TradingEvents[K]>): Promise<void> {
    for (const listener of this.listeners) {
      try {
        await (listener[what] as ((...given: Parameters<TradingEvents[K]>) => void | Promise<void>) | undefined)?.(...of);
      } catch (error) {
        this.needs.onFault(error);
      }
    }
  }
}

/** A change of side whose second half comes later than this is not what was meant; bars that are longer take longer. */
const LONGEST_FLIP_MS = 15 * 60_000;
const barMs = (interval: Interval | null): number => (interval === null ? 0 : intervalMs(interval));
const DIFFERS = 'RECONCILIATION_DIFFERS';
