import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { CodedError } from '../../model/codes.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { isUnavailable } from '../../storage/unavailable.js';
import { orderUpdate, orderUpdateKey, type OrderUpdate } from '../../trading/order-update.js';
import { orderUpdatesSince } from '../../trading/order-updates.js';
import type { OrderChange, Trading } from '../../trading/trading.js';
import type { Events } from '../events/event.js';
import { groupMessage } from '../group-rooms.js';
import type { GroupStore } from '../group-store.js';
import { KEPT_MS } from '../idempotency.js';
import type { Answers } from './answers.js';
import { tradeOf } from './trade-proposals.js';
import { outcomesOf, requestFrom, type TradeOutcome } from './trade-request.js';
import type { TradeRows } from './trade-rows.js';

export interface OrderUpdatesNeeds {
  readonly db: Kysely<Schema>;
  readonly rows: TradeRows;
  readonly groups: Pick<GroupStore, 'find'>;
  readonly events: Events;
  readonly trading: Pick<Trading, 'listen' | 'now'>;
  readonly answers: Answers;
  readonly onFault: (error: unknown) => void;
}

interface Told {
  readonly groupId: string;
  readonly tradeId: string | null;
  readonly key: string;
  readonly correlationId: string | null;
  readonly payload: OrderUpdate;
}

const PRIORITY = 8;
const DAY_MS = 24 * 3_600_000;
const [AGAIN_MS, LONGEST_MS] = [250, 5000];
/** Keys of one query. */
const KEYS = 500;

/** Every change of a group's order as an `order_update` of that group, in order, once, and after the answer to its post_trade. */
export class OrderUpdates {
  /** By group. */
  private readonly lines = new Map<string, Promise<void>>();
  private readonly giveUp = new AbortController();

  constructor(private readonly needs: OrderUpdatesNeeds) {}

  start(): void {
    this.needs.trading.listen({ changed: (change) => this.changed(change) });
  }

  /** This node trades from now on: what a crash kept from groups in the last day is told, as it is now. */
  async opened(): Promise<void> {
    try {
      await this.tellMissed();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      void this.tellMissedLater(); // trading opens all the same
    }
  }

  private async tellMissedLater(): Promise<void> {
    await setTimeout(LONGEST_MS, undefined, { signal: this.giveUp.signal, ref: false }).catch(() => undefined);
    if (!this.giveUp.signal.aborted) await this.opened().catch(this.needs.onFault);
  }

  private async tellMissed(): Promise<void> {
    const { db, rows, trading } = this.needs;
    const changes = await orderUpdatesSince(db, trading.now() - DAY_MS);
    const ended = await rows.undecided(Date.now() - KEPT_MS);
    const missed = [...changes.map(ofChange), ...ended.flatMap((row) => outcomesOf(row).filter(isOver).map((outcome) => ofOutcome(row, outcome)))];
    const told = await this.told(missed.map(({ key }) => key));
    for (const each of missed) if (!told.has(each.key)) this.tell(each);
  }

  /** What ended without a decision. */
  ended(row: GroupTradesTable, outcome: TradeOutcome): void {
    this.tell(ofOutcome(row, outcome));
  }

  /** What is on its way is told; what cannot be stored is told by whoever opens next. */
  async stop(): Promise<void> {
    this.giveUp.abort();
    await this.idle();
  }

  /** Resolves when nothing is left to be told. */
  async idle(): Promise<void> {
    while (this.lines.size > 0) await Promise.all(this.lines.values());
  }

  private changed(change: OrderChange): void {
    if (change.decision.origin === 'group') this.tell(ofChange(change));
  }

  /** The account's turn does not wait for it. */
  private tell(told: Told): void {
    const before = this.lines.get(told.groupId) ?? Promise.resolve();
    const mine = before.then(() => this.publish(told)).catch(this.needs.onFault).finally(() => {
      if (this.lines.get(told.groupId) === mine) this.lines.delete(told.groupId);
    });
    this.lines.set(told.groupId, mine);
  }

  private async publish(told: Told): Promise<void> {
    if (told.tradeId !== null) await this.needs.answers.given(told.tradeId);
    for (let wait = AGAIN_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
      try {
        return await this.publishOnce(told);
      } catch (error) {
        const passes = isUnavailable(error) || (error instanceof CodedError && error.row.retryable);
        if (!passes || this.giveUp.signal.aborted) throw error;
        await setTimeout(wait, undefined, { signal: this.giveUp.signal }).catch(() => undefined);
      }
    }
  }

  private async publishOnce({ groupId, key, correlationId, payload }: Told): Promise<void> {
    const group = await this.needs.groups.find(groupId);
    if (!group) return; // deleted: nobody listens
    await this.needs.events.publish({
      key, eventType: 'order_update', origin: 'server', sourceId: 'conclave', originId: null, priority: PRIORITY, targets: [group.name],
      title: `${payload.symbol} order ${payload.status}`, payload: JSON.stringify(payload), tags: [], condition: null, correlationId,
    }, () => ({ messages: [groupMessage(groupId, 'group_order', key, { group_id: groupId, ...payload })] }));
  }

  private async told(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const told = new Set<string>();
    for (let at = 0; at < keys.length; at += KEYS) {
      const found = await this.needs.db.selectFrom('group_events').select('event_key').where('event_key', 'in', keys.slice(at, at + KEYS)).execute();
      for (const { event_key: key } of found) if (key !== null) told.add(key);
    }
    return told;
  }
}

const isOver = ({ decision_id: id, status }: TradeOutcome): boolean => id === null && status !== 'pending';

const ofChange = (change: OrderChange): Told => {
  const { originId: groupId, correlationId, key, reason } = change.decision;
  const tradeId = tradeOf(key);
  // of what no post_trade asked for: a level, the horizon, a liquidation
  return { groupId, tradeId, key: orderUpdateKey(change), correlationId, payload: { ...orderUpdate(change), ...(tradeId === null && { reason }) } };
};

const ofOutcome = (row: GroupTradesTable, { leg, status, gate }: TradeOutcome): Told => {
  const { action, quantity } = requestFrom(row.request);
  return {
    groupId: row.group_id, tradeId: row.trade_id, key: `order:${row.trade_id}${leg === 'net' ? '' : `:${leg}`}:${status}:0`, correlationId: row.correlation_id,
    payload: {
      order_id: null, correlation_id: row.correlation_id, symbol: row.symbol, side: action === 'LONG' ? 'buy' : action === 'SHORT' ? 'sell' : null, quantity: quantity.toNumber(),
      filled_quantity: 0, average_price: null, status: status as OrderUpdate['status'], ...(gate && { gate }),
    },
  };
};
