import { CodedError } from '../../model/codes.js';
import type { GroupTradesTable, FrameForm } from '../../storage/groups-schema.js';
import { isUnavailable } from '../../storage/unavailable.js';
import type { Trading } from '../../trading/trading.js';
import { invalid, type Answer, type Flaw } from '../answer.js';
import type { Events, StoredEvent } from '../events/event.js';
import type { Group } from '../group.js';
import type { GroupStore } from '../group-store.js';
import type { Answers } from './answers.js';
import { conflict } from '../idempotency.js';
import { accepted, pending, refused } from './post-trade-answers.js';
import { readPostTrade, type PostTrade } from './post-trade-frame.js';
import type { TradeOutcomes } from './trade-outcomes.js';
import { positionName, requestFrom, requestOf } from './trade-request.js';
import { TradeTaken, type TradeRows } from './trade-rows.js';
import type { Symbols } from './trade-signal.js';
import type { TradeWork } from './trade-work.js';

export interface PostTradesNeeds {
  readonly rows: TradeRows;
  readonly groups: Pick<GroupStore, 'find' | 'named'>;
  readonly events: Events;
  readonly market: Symbols;
  readonly trading: Pick<Trading, 'account'>;
  readonly outcomes: TradeOutcomes;
  readonly work: Pick<TradeWork, 'take' | 'decided'>;
  readonly answers: Answers;
  /** How long an answer waits for the decision, in milliseconds. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;

/** A row that is there, or was just stored. */
interface Taken {
  readonly row: GroupTradesTable;
  readonly duplicate: boolean;
}

/** Decisions of groups: each is checked, stored once with its event, and only then executed, whoever is still connected. */
export class PostTrades {
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly needs: PostTradesNeeds) {}

  /** What is refused with `ok:false` was neither stored nor traded; what is accepted is executed even where its answer says `pending`. */
  async take(group: Group, frame: unknown, form: FrameForm): Promise<Answer> {
    const { trade, flaws, label, correlationId } = readPostTrade(frame, form, group, this.needs.market);
    try {
      const all = [...flaws, ...await this.labelFlaws(group, label)];
      if (!trade || all.length > 0) return invalid(all, correlationId ?? undefined);
      this.needs.trading.account(group.accountId); // NOT_FOUND before anything is stored
      return await this.once(group, trade);
    } catch (error) {
      if (error instanceof CodedError) return refused(error, correlationId);
      if (isUnavailable(error)) return refused(new CodedError('STORE_UNAVAILABLE', 'The database does not answer; nothing was stored. Try again'), correlationId);
      throw error;
    }
  }

  private async labelFlaws(group: Group, label: string | null): Promise<readonly Flaw[]> {
    if (!label || label === group.name || label === group.groupId) return [];
    const other = (await this.needs.groups.named([label])).some(({ group_id: id }) => id !== group.groupId) || await this.needs.groups.find(label) !== null;
    return other ? [{ path: 'payload.source_id', message: `names another group, and this token is of ${group.name}: leave it out, or use a label of your own` }] : [];
  }

  private async once(group: Group, trade: PostTrade): Promise<Answer> {
    const releases: (() => void)[] = [];
    try {
      const name = trade.idempotencyKey ?? trade.correlationId;
      const taken = await this.inTurn(name === null ? null : `${group.groupId} ${name}`, () => this.taken(group, trade, (tradeId) => releases.push(this.needs.answers.hold(tradeId))));
      if (taken.duplicate && trade.idempotencyKey !== null && taken.row.payload_hash !== trade.payloadHash) {
        const { trade_id: id, correlation_id: correlationId, created_at: at } = taken.row;
        return conflict(trade.idempotencyKey, { id, correlationId, at }, 'decision');
      }
      if (taken.row.status === 'pending') this.needs.work.take(taken.row.account_id);
      const decided = await this.needs.work.decided(taken.row.trade_id, this.needs.patienceMs ?? PATIENCE_MS);
      return decided ? accepted(decided, await this.needs.outcomes.now(decided), taken.duplicate) : pending(taken.row, taken.duplicate);
    } finally {
      // the answer is on its way by then
      setImmediate(() => setImmediate(() => { for (const release of releases) release(); }));
    }
  }

  /** What it repeats, else its own row, stored. */
  private async taken(group: Group, trade: PostTrade, hold: (tradeId: string) => void): Promise<Taken> {
    const positions = trade.signal.action === 'CLOSE' ? await this.positions(group, trade) : [];
    const key = keyOf(trade, positions);
    const before = await this.before(group, trade, key, positions);
    if (before) return { row: before, duplicate: true };
    try {
      return { row: await this.store(group, trade, key, positions, hold), duplicate: false };
    } catch (error) {
      const first = error instanceof TradeTaken ? await this.before(group, trade, key, positions) : null;
      if (first) return { row: first, duplicate: true };
      throw error;
    }
  }

  private async store(group: Group, trade: PostTrade, key: string | null, positions: readonly string[], hold: (tradeId: string) => void): Promise<GroupTradesTable> {
    let stored: GroupTradesTable | null = null;
    const { priority, targets, title, payload, tags, condition, correlationId } = trade;
    const beside = (event: StoredEvent) => {
      const row: GroupTradesTable = {
        trade_id: event.eventId, group_id: group.groupId, idempotency_key: key, payload_hash: trade.payloadHash, correlation_id: event.correlationId,
        account_id: group.accountId, symbol: trade.signal.symbol, request: JSON.stringify(requestOf(trade.signal, group, positions)), status: 'pending', outcome: null, created_at: event.createdAt,
      };
      hold(row.trade_id);
      stored = row;
      return { store: (tx: Parameters<TradeRows['insert']>[0]) => this.needs.rows.insert(tx, row) };
    };
    await this.needs.events.publish({
      key: null, eventType: 'post_trade', origin: 'group', sourceId: group.name, originId: group.groupId, priority, targets, title, payload, tags, condition, correlationId,
    }, beside);
    return stored!;
  }

  private async before(group: Group, trade: PostTrade, key: string | null, positions: readonly string[]): Promise<GroupTradesTable | null> {
    if (key === null) return null;
    const { rows } = this.needs;
    const now = Date.now();
    if (trade.idempotencyKey === null && trade.signal.action === 'CLOSE') {
      // also where its position is gone, or one of its two: it has done that
      const alike = await rows.alike(group.groupId, trade.correlationId!, trade.payloadHash, now);
      const covering = alike.find(({ idempotency_key: used, request }) => used?.startsWith(BY_CONTENT) && covers(requestFrom(request).positions, positions));
      if (covering) return covering;
    }
    return rows.underKey(group.groupId, key, now);
  }

  private async positions({ accountId, positionMode }: Group, { signal: { symbol, side } }: PostTrade): Promise<readonly string[]> {
    const held = await this.needs.rows.positions(accountId, symbol);
    return held.filter(({ leg }) => (positionMode === 'oneway' ? leg === 'net' : leg !== 'net' && (side === null || leg === side))).map(positionName);
  }

  /** One after the other for the same key on this node; other nodes are held off by the unique index. */
  private inTurn<T>(key: string | null, work: () => Promise<T>): Promise<T> {
    if (key === null) return work();
    const mine = (this.turns.get(key) ?? Promise.resolve()).then(work, work);
    const settled = mine.catch(() => undefined).finally(() => { if (this.turns.get(key) === settled) this.turns.delete(key); });
    this.turns.set(key, settled);
    return mine;
  }
}

const BY_CONTENT = 'content:';

/** null: without a key and a trace, each is its own. */
function keyOf({ idempotencyKey, correlationId, payloadHash, signal }: PostTrade, positions: readonly string[]): string | null {
  if (idempotencyKey !== null) return `key:${idempotencyKey}`;
  if (correlationId === null) return null;
  return `${BY_CONTENT}${correlationId}:${payloadHash}${signal.action === 'CLOSE' ? `:${positions.join(',') || 'flat'}` : ''}`;
}

const covers = (all: readonly string[], some: readonly string[]): boolean => some.every((each) => all.includes(each));
