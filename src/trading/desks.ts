import { v7 as timeOrderedId } from 'uuid';
import type { AccountConfig } from '../config/config.js';
import type { Candle } from '../model/candle.js';
import { CodedError } from '../model/codes.js';
import { ZERO } from '../model/decimal.js';
import type { Intent, TradingState } from '../model/trading.js';
import { systemAlert } from '../rooms/system-alert.js';
import { dayOf, type Account, type Order } from './account.js';
import type { NewAccount } from './account-directory.js';
import { accountView } from './account-view.js';
import type { Desk } from './desk.js';
import { leftAlert } from './left-alert.js';
import { openDesk, untouched, type DesksNeeds } from './open-desk.js';
import type { Proposal } from './proposal.js';
import type { Difference } from './reconciliation.js';
import { brokenLimit } from './risk/breaker.js';
import type { GateResult } from './risk/gate.js';
import { ALL, BREAKER, type StateChange, type StateNow } from './states.js';
import { Trading, type AccountView, type Decision, type OrderChange, type TradingEvents } from './trading.js';

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

  /** States as they are stored, before they are read here. */
  async lookAtStates(): Promise<void> {
    await this.needs.states.look();
  }

  /** What rows say of accounts that are not traded here, and of states. */
  async refresh(): Promise<void> {
    for (const scope of await this.needs.states.sync()) {
      if (this.needs.states.of(scope).state !== 'HALTED') await this.agreeHere(scope);
      await this.stateChanged(scope);
    }
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
    return accountView(account ?? untouched(config), {
      broker: desk?.broker ?? config.broker, limits: config.limits, priceOf: (symbol) => this.needs.prices.of(symbol)?.last ?? null, state: this.needs.states.effective(accountId),
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
    if (change.state !== 'HALTED') await this.desks.get(scope)?.agree();
    const now = await this.needs.states.set(scope, { ...change, code });
    await this.stateChanged(scope);
    this.needs.tell(scope);
    return now;
  }

  /** Another node was told to go on. */
  private async agreeHere(accountId: string): Promise<void> {
    try {
      await this.desks.get(accountId)?.agree();
    } catch (error) {
      this.needs.onFault(error);
      const reason = 'The broker did not answer when its positions were to be taken over: set it ACTIVE again';
      await this.needs.states.set(accountId, { state: 'HALTED', code: DIFFERS, reason, by: 'reconciliation', at: this.needs.market.now() });
    }
  }

  private async stateChanged(scope: string): Promise<void> {
    const scopes = scope === ALL ? [...this.desks.keys()] : [scope];
    await Promise.all(scopes.map((id) => this.halted(id)));
    await this.said('state', scope === ALL ? null : scope);
  }

  private state(accountId: string): TradingState {
    return this.needs.states.effective(accountId).state;
  }

  /** Where it is, what can add exposure goes; no account waits for another's broker. */
  private async halted(accountId: string): Promise<void> {
    if (this.state(accountId) === 'HALTED') await this.desks.get(accountId)?.cancelExposure().catch(this.needs.onFault);
  }

  /** Once, whoever asks meanwhile. */
  private openAccount(config: AccountConfig): Promise<void> {
    if (this.desks.has(config.id)) return Promise.resolve();
    const opening = this.opening.get(config.id) ?? this.opened(config).finally(() => this.opening.delete(config.id));
    this.opening.set(config.id, opening);
    return opening;
  }

  private async opened(config: AccountConfig): Promise<void> {
    const { closings } = this;
    const desk = await openDesk(config, this.needs, {
      state: () => this.state(config.id), said: (what, ...of) => this.said(what, ...of), onWorth: () => this.look(config),
      onDifference: (differences) => this.differs(config.id, differences), onLeft: (left) => this.left(config.id, left), giveUp: this.giveUp.signal,
    });
    if (closings !== this.closings) return desk.stop(); // another node trades by now
    this.desks.set(config.id, desk);
    await this.halted(config.id);
  }

  /** The breaker: what is broken now, and was not gone past by a person. */
  private look({ id, limits }: AccountConfig): void {
    const account = this.desks.get(id)?.account;
    if (!account || this.breaking.has(id)) return;
    const { equity } = account.book.totals();
    const broken = brokenLimit({ equity, dayStartEquity: account.dayStartEquity.gt(ZERO) ? account.dayStartEquity : equity, peakEquity: account.peakEquity }, limits);
    const { state, code, at } = this.needs.states.of(id);
    // whoever went on past it did so for that day
    if (!broken || state !== 'ACTIVE' || (code === broken.code && at !== null && dayOf(at) === account.day)) return;
    this.breaking.add(id);
    this.setState(id, { state: this.needs.config.breaker, code: broken.code, reason: broken.detail, by: BREAKER, at: this.needs.market.now() })
      .catch(this.needs.onFault).finally(() => this.breaking.delete(id));
  }

  private async differs(accountId: string, differences: readonly Difference[]): Promise<void> {
    const what = differences.map(({ symbol, leg, ours, theirs }) => `${symbol}${leg === 'net' ? '' : ` ${leg}`}: ${theirs.toString()} at the broker, ${ours.toString()} here`).join('; ');
    const { state, code, reason } = this.needs.states.of(accountId);
    if (state === 'HALTED' && code === DIFFERS && reason === what) return; // each meeting finds the same
    const at = this.needs.market.now();
    await this.needs.writer.say({ messages: systemAlert({ level: 'error', code: DIFFERS, message: `Account ${accountId} does not agree with its broker: ${what}. It is halted; setting it ACTIVE takes the broker's positions over`, timestamp: new Date(at).toISOString() }, `differs:${accountId}:${at}`) });
    await this.needs.states.set(accountId, { state: 'HALTED', code: DIFFERS, reason: what, by: 'reconciliation', at });
    await this.said('state', accountId);
    void this.halted(accountId); // not awaited: this is one of the desk's own steps
  }

  private async left(accountId: string, left: readonly Order[]): Promise<void> {
    const at = this.needs.market.now();
    await this.needs.writer.say({ messages: systemAlert(leftAlert(accountId, left, at), `left:${accountId}:${timeOrderedId()}`) });
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

const DIFFERS = 'RECONCILIATION_DIFFERS';
