import type { Transaction } from 'kysely';
import { v7 as timeOrderedId } from 'uuid';
import type { ApprovalConfig } from '../../config/config.js';
import { CodedError } from '../../model/codes.js';
import { decimal, type Decimal } from '../../model/decimal.js';
import type { Intent } from '../../model/trading.js';
import type { NewMessage } from '../../rooms/message.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { Schema } from '../../storage/schema.js';
import { approvalMessage, type Approval } from './approval.js';
import { Outrun, type ApprovalFilter, type ApprovalStore } from './approval-store.js';
import { decisionEndOf } from './decision-end.js';
import { intentHash } from './intent-hash.js';
import { OpenApprovals } from './open-approvals.js';
import { neededFor, type Asked } from './policy.js';
import type { ApprovalPorts } from './ports.js';
import { changed, endedBy, verdictOf, type Answer } from './verdict.js';

export interface ApprovalsNeeds {
  readonly config: ApprovalConfig;
  readonly store: ApprovalStore;
  readonly writer: RoomWriter;
  /** Market time, epoch milliseconds. */
  readonly now: () => number;
  /** The last price; null before the first. */
  readonly price: (symbol: string) => Decimal | null;
  /** To other nodes: an approval has changed. */
  readonly tell: (approvalId: string) => void;
  readonly onFault: (error: unknown) => void;
}

export interface Asking {
  readonly decisionId: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly intent: Intent;
  /** That is shown. */
  readonly price: Decimal;
  readonly needed: number;
  readonly at: number;
}

/**
 * What waits for a person. Rows are the truth: who changes one names the version that it saw, and what is approved and
 * not executed yet is executed by whichever node trades the account, also after a crash.
 */
export class Approvals {
  private readonly open = new OpenApprovals();
  /** Under way: ticks come faster than rows are stored. */
  private readonly ending = new Set<string>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private desks: ApprovalPorts | null = null;

  constructor(private readonly needs: ApprovalsNeeds) {}

  /** Before anything is asked: the desks are made after this, for they ask it. */
  bind(desks: ApprovalPorts): void {
    this.desks = desks;
  }

  /** How many persons must agree; 0: nobody is asked. */
  needed(asked: Asked): number {
    return neededFor(this.needs.config, asked);
  }

  /** What to store and say so that it waits; `stored` once that is done. */
  ask({ decisionId, accountId, symbol, intent, price, needed, at }: Asking): {
    readonly approvalId: string; readonly store: (tx: Transaction<Schema>) => Promise<void>; readonly messages: readonly NewMessage[]; readonly stored: () => void;
  } {
    const { config: { expiresMs, maxDrift }, store } = this.needs;
    const shown = { decisionId, intent, price, maxDrift, expiresAt: at + expiresMs };
    const approval: Approval = {
      ...shown, approvalId: timeOrderedId({ msecs: at }), accountId, symbol, hash: intentHash(shown), askedAt: at, needed, given: [],
      status: 'waiting', note: null, decidedBy: null, updatedAt: at, version: 1,
    };
    return { approvalId: approval.approvalId, store: (tx) => store.insert(tx, approval), messages: [approvalMessage(approval)], stored: () => this.open.put(approval) };
  }

  /** Intents of the account that may still become orders. */
  waiting(accountId: string): readonly Intent[] {
    return this.open.all().filter((approval) => approval.accountId === accountId).map(({ intent }) => intent);
  }

  /** @throws CodedError NOT_FOUND */
  async find(approvalId: string): Promise<Approval> {
    const found = await this.needs.store.find(approvalId);
    if (!found) throw new CodedError('NOT_FOUND', `There is no approval ${approvalId.slice(0, 64)}`);
    return found;
  }

  list(filter: ApprovalFilter, limit: number, before: string | null): Promise<readonly Approval[]> {
    return this.needs.store.list(filter, limit, before);
  }

  /** How far the price is from the one shown, as a share of that, signed; null: no price is known. */
  drift({ symbol, price: shown }: Approval): number | null {
    return this.needs.price(symbol)?.minus(shown).div(shown).toNumber() ?? null;
  }

  now(): number {
    return this.needs.now();
  }

  /**
   * A person's answer; what it is then. Where all have agreed it resolves after the execution, if this node trades the account.
   * @throws CodedError NOT_FOUND, HASH_MISMATCH, EXPIRED, PRICE_DRIFTED, STATE_FORBIDS, SAME_APPROVER, LIMIT_BROKEN, VALIDATION_ERROR, NOT_READY, STORE_UNAVAILABLE
   */
  async decide(approvalId: string, answer: Answer): Promise<Approval> {
    const decided = await this.inTurn(approvalId, () => this.answered(approvalId, answer));
    if (decided.status !== 'approved') return decided;
    await this.execute(approvalId).catch(this.needs.onFault); // it is agreed to whatever happens now, and is tried again
    return this.find(approvalId);
  }

  /** This node trades from now on. */
  async opened(): Promise<void> {
    await this.refresh();
    await this.sweep();
  }

  /** What other nodes have changed. */
  async refresh(): Promise<void> {
    await this.open.refresh(() => this.needs.store.open());
  }

  tick(symbol: string, price: number): Promise<void> {
    return this.onPrice(symbol, decimal(price), this.needs.now());
  }

  async candle(symbol: string): Promise<void> {
    const price = this.open.size > 0 ? this.needs.price(symbol) : null;
    if (price) await this.onPrice(symbol, price, this.needs.now());
  }

  async time(now: number): Promise<void> {
    await this.onTime(now);
    await this.sweep();
  }

  /** Ends what has drifted. Costs nothing while nothing waits. */
  async onPrice(symbol: string, price: Decimal, now: number): Promise<void> {
    if (this.open.size === 0) return;
    await this.endAll((approval) => approval.symbol === symbol && endedBy(approval, now, price) !== null, now, () => price);
  }

  /** Ends what has expired. */
  async onTime(now: number): Promise<void> {
    if (this.open.size === 0) return;
    await this.endAll(({ expiresAt }) => now >= expiresAt, now, () => null);
  }

  /** Executes what is approved and was not executed yet. */
  async sweep(): Promise<void> {
    const left = this.open.all().filter(({ status, accountId }) => status === 'approved' && this.desks?.holds(accountId));
    for (const { approvalId } of left) await this.execute(approvalId).catch(this.needs.onFault);
  }

  private async endAll(is: (approval: Approval) => boolean, now: number, price: () => Decimal | null): Promise<void> {
    const ended = this.open.all().filter((approval) => approval.status === 'waiting' && !this.ending.has(approval.approvalId) && is(approval) && this.desks?.holds(approval.accountId));
    for (const { approvalId } of ended) {
      this.ending.add(approvalId);
      await this.inTurn(approvalId, async () => {
        const current = await this.find(approvalId);
        const status = current.status === 'waiting' ? endedBy(current, now, price()) : null;
        if (status) await this.store(changed(current, { status }, now));
        else this.open.put(current);
      }).catch((error: unknown) => (error instanceof Outrun ? undefined : this.needs.onFault(error)));
      this.ending.delete(approvalId);
    }
  }

  private async answered(approvalId: string, answer: Answer): Promise<Approval> {
    for (;;) {
      const approval = await this.find(approvalId);
      const verdict = verdictOf(approval, answer, { now: this.needs.now(), price: this.needs.price(approval.symbol), state: this.bound().stateOf(approval.accountId) });
      if (verdict.kind === 'same') return approval;
      if (verdict.kind === 'next' && answer.decision === 'edit') await this.check(approval, verdict.next.intent);
      try {
        if (verdict.next) await this.store(verdict.next);
      } catch (error) {
        if (error instanceof Outrun) continue; // another node was first: its answer is looked at
        throw error;
      }
      if (verdict.kind === 'refused') throw verdict.error;
      return verdict.next;
    }
  }

  private async check(approval: Approval, edited: Intent): Promise<void> {
    const checked = await this.bound().check(approval.decisionId, edited, approval.intent);
    if (checked.pass) return;
    const { code, detail, numbers } = checked;
    throw new CodedError('LIMIT_BROKEN', `${code}: ${detail}. Nothing has changed`, [{ path: 'edits', message: detail }], { gate: { code, detail, numbers } });
  }

  /** Exactly once: one turn at a time here, one trading node, and a decision has one order for ever. */
  private execute(approvalId: string): Promise<void> {
    return this.inTurn(approvalId, async () => {
      const desks = this.bound();
      const approval = await this.find(approvalId);
      if (approval.status !== 'approved') return this.open.put(approval);
      if (!desks.holds(approval.accountId)) return this.needs.tell(approvalId);
      const now = this.needs.now();
      const decision = await this.needs.store.decision(approval.decisionId);
      if (!decision) throw new Error(`The approval ${approvalId} is about a decision that is not there: ${approval.decisionId}`);
      const waits = decision.status === 'waiting_approval';
      const late = waits ? endedBy(approval, now, this.needs.price(approval.symbol)) : null;
      if (late) return void await this.store(changed(approval, { status: late }, now));
      // one that has gone on is never asked about again: a crash came between it and this row
      const { status, gate } = waits ? await desks.execute(approval.accountId, approval.decisionId, approval.intent) : decision;
      const note = gate ? `${gate.code}: ${gate.detail}` : approval.note;
      await this.store(changed(approval, status === 'refused' ? { status: 'refused', note } : { status: 'done' }, this.needs.now()));
    });
  }

  /** The row, its message and, where it ends without an order, its decision's end: one transaction. */
  private async store(next: Approval): Promise<void> {
    const end = decisionEndOf(next);
    const ended = end && await this.bound().ending(next.decisionId, end.status, end.gate);
    await this.needs.writer.say({
      store: async (tx) => {
        await this.needs.store.advance(tx, next);
        await ended?.store?.(tx);
      },
      messages: [approvalMessage(next), ...(ended?.messages ?? [])],
    });
    this.open.put(next);
    await ended?.stored();
    this.needs.tell(next.approvalId);
  }

  private bound(): ApprovalPorts {
    if (!this.desks) throw new CodedError('NOT_READY', 'Trading has not begun here yet: try again in a moment');
    return this.desks;
  }

  /** One step after the other of one approval on this node. */
  private inTurn<T>(approvalId: string, step: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(approvalId) ?? Promise.resolve()).then(step, step);
    this.turns.set(approvalId, turn);
    const done = (): void => { if (this.turns.get(approvalId) === turn) this.turns.delete(approvalId); };
    turn.then(done, done);
    return turn;
  }
}
