import type { Transaction } from 'kysely';
import { sign, type Leg } from '../model/trading.js';
import type { Schema } from '../storage/schema.js';
import type { DecisionsTable } from '../storage/trading-schema.js';
import type { Account } from './account.js';
import type { AccountStore } from './account-store.js';
import { intentFrom } from './intent-text.js';
import type { OpeningStore, WaitingOpening } from './opening-store.js';
import type { OrderFlow } from './order.flow.js';
import type { Prices } from './prices.js';
import type { Proposal } from './proposal.js';
import type { Decision } from './trading.js';

export interface OpeningsNeeds {
  readonly account: Account;
  readonly flow: OrderFlow;
  readonly prices: Prices;
  readonly store: AccountStore;
  readonly openings: OpeningStore;
  /** A transaction of this alone. */
  readonly stored: (store: (tx: Transaction<Schema>) => Promise<void>) => Promise<void>;
  readonly maxPriceAgeMs: number;
  /** Market time, by symbol, after which nobody means it any more. */
  readonly longestMs: (symbol: string) => number;
}

interface Waiting extends WaitingOpening {
  /** Something came between the closing and it: a restart, or a price that was not there. From then on its age counts. */
  late: boolean;
}

/**
 * What opens the other side once a closing has filled: a row from the closing's transaction to the opening's, so that a crash
 * between the two makes neither none nor two of it. Steps of the account's desk.
 */
export class Openings {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly needs: OpeningsNeeds) {}

  /** What was left by whoever traded the account before; the places where something waits. */
  async load(): Promise<readonly Pick<Proposal, 'symbol' | 'leg'>[]> {
    for (const each of await this.needs.openings.of(this.needs.account.id)) if (!this.waiting.has(each.proposal.key)) this.waiting.set(each.proposal.key, { ...each, late: true });
    return [...this.waiting.values()].map(({ proposal }) => proposal);
  }

  concerns(symbol: string): boolean {
    for (const { proposal } of this.waiting.values()) if (proposal.symbol === symbol) return true;
    return false;
  }

  /** For the transaction of the proposal's decision, which may come to close the other side first. */
  storing(asked: Proposal): (tx: Transaction<Schema>, row: DecisionsTable) => Promise<void> {
    return async (tx, row) => {
      const opening = row.status !== 'refused' && row.intent !== null && intentFrom(row.intent).reduceOnly ? this.openingOf(asked, row.decision_id) : null;
      if (opening) await this.needs.openings.put(tx, opening);
    };
  }

  /** After the proposal's decision: what it leaves to be opened, and what it takes the place of. Returns the ends of the latter. */
  async considered(asked: Proposal, decision: Decision): Promise<readonly Decision[]> {
    const key = keyOf(asked);
    if (decision.duplicate || this.waiting.has(key)) return [];
    const replaced = this.at(asked.symbol, asked.leg).filter(({ proposal }) => asked.want.kind !== 'open' || (asked.origin === 'group' && directionOf(proposal) !== directionOf(asked)));
    const ended: Decision[] = [];
    for (const each of replaced) ended.push(await this.drop(each, 'cancelled', 'SUPERSEDED', 'Something else was wanted before the closing filled'));
    if (decision.status === 'refused') return ended;
    const closedBy = decision.intent ? (decision.intent.reduceOnly ? decision.decisionId : null) : this.closing(asked);
    const opening = closedBy === null ? null : this.openingOf(asked, closedBy);
    if (!opening) return ended;
    // with a decision of its own it is stored already
    if (!decision.intent) await this.needs.stored((tx) => this.needs.openings.put(tx, opening));
    this.waiting.set(key, { ...opening, late: false });
    return ended;
  }

  /** Opens what may be opened now, and ends what never will be. Returns what was decided. */
  async settle(symbol: string, leg: Leg): Promise<readonly Decision[]> {
    const decided: Decision[] = [];
    for (const each of this.at(symbol, leg)) {
      const decision = await this.one(each);
      if (decision && decision.status !== null) decided.push(decision);
    }
    return decided;
  }

  legsOf(symbol: string): readonly Leg[] {
    return [...new Set([...this.waiting.values()].filter(({ proposal }) => proposal.symbol === symbol).map(({ proposal }) => proposal.leg))];
  }

  /** null: it waits. */
  private async one(opening: Waiting): Promise<Decision | null> {
    const { account, prices, flow, openings, maxPriceAgeMs, longestMs } = this.needs;
    const { proposal, at } = opening;
    const now = prices.now();
    const old = now - at > longestMs(proposal.symbol) || (proposal.exitAt !== null && now >= proposal.exitAt);
    const expired = (): Promise<Decision> => this.drop(opening, 'expired', 'EXPIRED', `The other side was not closed by ${new Date(now).toISOString()}, and it was wanted at ${new Date(at).toISOString()}: ask again`);
    if (this.isAgainst(proposal)) {
      if (await this.isOver(opening)) return this.drop(opening, 'cancelled', 'NOT_FLAT', `What was to close the other side has ended, and ${account.book.held(proposal.symbol, proposal.leg).toString()} are held: ask again`);
      return old ? expired() : null;
    }
    if (old && opening.late) return expired();
    const price = prices.of(proposal.symbol);
    if (!price || now - price.at > maxPriceAgeMs) {
      opening.late = true; // the next price
      return null;
    }
    const decision = await flow.consider(proposal, (tx) => openings.remove(tx, proposal));
    if (decision.status === null || decision.duplicate) await this.needs.stored((tx) => openings.remove(tx, proposal));
    this.waiting.delete(proposal.key);
    return decision.duplicate ? null : decision;
  }

  private async drop({ proposal }: WaitingOpening, status: 'cancelled' | 'expired', code: string, detail: string): Promise<Decision> {
    const decision = await this.needs.flow.drop(proposal, status, { code, detail }, (tx) => this.needs.openings.remove(tx, proposal));
    this.waiting.delete(proposal.key);
    return decision;
  }

  /** The closing can fill no more. */
  private async isOver({ proposal: { symbol, leg }, closedBy }: WaitingOpening): Promise<boolean> {
    const { account, flow, store } = this.needs;
    if (account.openOrders(symbol, leg).some(({ decisionId }) => decisionId === closedBy)) return false;
    const row = await store.decision(closedBy);
    if (row?.order_id) return !flow.orders.behind.has(row.order_id);
    return row?.status !== 'waiting_approval';
  }

  /** The decision that closes what is held against the proposal. */
  private closing({ symbol, leg }: Proposal): string | null {
    return this.needs.account.openOrders(symbol, leg).find(({ role }) => role === 'exit')?.decisionId ?? null;
  }

  /** What is held is on the other side of what it wants to open. */
  private isAgainst(proposal: Proposal): boolean {
    const held = this.needs.account.book.held(proposal.symbol, proposal.leg);
    const direction = directionOf(proposal);
    return direction !== 0 && !held.isZero() && held.s !== direction;
  }

  private at(symbol: string, leg: Leg): readonly Waiting[] {
    return [...this.waiting.values()].filter(({ proposal }) => proposal.symbol === symbol && proposal.leg === leg);
  }

  private openingOf(asked: Proposal, closedBy: string): WaitingOpening | null {
    return !this.isAgainst(asked) ? null : { proposal: { ...asked, key: keyOf(asked) }, closedBy, at: this.needs.prices.now() };
  }
}

const keyOf = ({ key }: Proposal): string => `${key}:open`;

/** 0: it opens nothing. */
export const directionOf = ({ want }: Pick<Proposal, 'want'>): 1 | 0 | -1 => (want.kind === 'target' ? want.direction : want.kind === 'open' ? sign(want.side) : 0);
