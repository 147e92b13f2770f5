import type { Kysely } from 'kysely';
import type { AccountConfig } from '../config/config.js';
import { CodedError } from '../model/codes.js';
import { decimal } from '../model/decimal.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import type { Schema, SignalsTable } from '../storage/schema.js';
import { Deposed } from '../storage/leases.js';
import { isUnavailable } from '../storage/unavailable.js';
import { proposal, type Proposal } from './proposal.js';
import type { Trading } from './trading.js';

export interface SignalTargetsNeeds {
  readonly db: Kysely<Schema>;
  readonly writer: Pick<RoomWriter, 'sayLater'>;
  readonly trading: Pick<Trading, 'propose' | 'holds' | 'now'>;
  readonly followers: readonly AccountConfig[];
  /** Hears each signal once, in order, before it counts as considered. */
  readonly onSignal: (signal: StoredSignal) => void | Promise<void>;
  readonly isHeld: () => boolean;
  readonly onFault: (error: unknown) => void;
}

/** A signal as trading reads it back. */
export interface StoredSignal {
  readonly signalId: string;
  readonly symbol: string;
  readonly action: 'BUY' | 'SELL' | 'HOLD';
  readonly confidence: number;
  readonly probability: number | null;
  readonly price: number;
  readonly targetPrice: number | null;
  readonly stopLoss: number | null;
  /** Market times. */
  readonly timestamp: number;
  readonly validUntil: number;
}

const PAGE = 200;
/** The longest horizon. */
const OLDEST_MS = 10 * 86_400_000;
const DIRECTION = { BUY: 1, SELL: -1, HOLD: 0 } as const;

/** Stored signals become targets of the accounts that follow them: outside the run, each once, also after a crash. */
export class SignalTargets {
  private work: Promise<void> = Promise.resolve();
  private again = false;
  /** Considered, and on their way to the database. */
  private readonly storing = new Set<string>();

  constructor(private readonly needs: SignalTargetsNeeds) {}

  /** All that are stored and not considered. Resolves when that is done; never rejects. */
  consider(): Promise<void> {
    if (!this.again) {
      this.again = true;
      this.work = this.work.then(() => this.considerStored()).catch(this.needs.onFault);
    }
    return this.work;
  }

  private async considerStored(): Promise<void> {
    const { db, trading } = this.needs;
    for (;;) {
      this.again = false;
      if (!this.needs.isHeld()) return;
      const rows = await db.selectFrom('signals').selectAll().where('considered_at', 'is', null).where('timestamp', '>=', trading.now() - OLDEST_MS)
        .orderBy('timestamp').orderBy('signal_id').limit(PAGE).execute();
      const fresh = rows.filter(({ signal_id: id }) => !this.storing.has(id));
      const considered: string[] = [];
      for (const row of fresh) {
        if (!(await this.one(row))) break;
        considered.push(row.signal_id);
      }
      this.store(considered);
      if (rows.length < PAGE || considered.length < fresh.length || fresh.length === 0) return;
    }
  }

  /** With the next commit: after a crash they are considered again, and their keys make nothing of it twice. */
  private store(considered: readonly string[]): void {
    if (considered.length === 0) return;
    for (const id of considered) this.storing.add(id);
    const at = this.needs.trading.now();
    this.needs.writer.sayLater({
      store: async (tx) => {
        await tx.updateTable('signals').set({ considered_at: at }).where('signal_id', 'in', considered).execute();
      },
    }).catch(this.needs.onFault).finally(() => { for (const id of considered) this.storing.delete(id); });
  }

  /** False where it has to wait. */
  private async one(row: SignalsTable): Promise<boolean> {
    const { trading, followers } = this.needs;
    const signal = storedSignal(row);
    if (signal.validUntil <= trading.now()) return true;
    for (const account of signal.action === 'HOLD' ? [] : followers) {
      if (!this.needs.isHeld()) return false; // another node trades by now
      try {
        if (trading.holds(account.id)) await trading.propose(targetOf(signal, account.id));
      } catch (error) {
        if (error instanceof Deposed || isUnavailable(error) || (error instanceof CodedError && error.row.retryable)) return false;
        this.needs.onFault(error);
      }
    }
    await this.needs.onSignal(signal);
    return true;
  }
}

const targetOf = (signal: StoredSignal, accountId: string): Proposal => proposal({
  key: `signal:${signal.signalId}`, accountId, symbol: signal.symbol, origin: 'signal', originId: signal.signalId, signalId: signal.signalId,
  want: { kind: 'target', direction: DIRECTION[signal.action], size: { kind: 'policy' } },
  exits: { target: signal.targetPrice === null ? null : decimal(signal.targetPrice), stop: signal.stopLoss === null ? null : decimal(signal.stopLoss) },
  exitAt: signal.validUntil, confidence: signal.confidence, probability: signal.probability, price: decimal(signal.price), asOf: signal.timestamp,
  reason: `${signal.action} by the panel with confidence ${signal.confidence.toFixed(2)}`,
});

function storedSignal(row: SignalsTable): StoredSignal {
  const body = JSON.parse(row.body) as { probability: { value: number } | null; metadata?: { target_price?: number; stop_loss?: number } };
  return {
    signalId: row.signal_id, symbol: row.symbol, action: row.action, confidence: row.confidence, probability: body.probability?.value ?? null, price: row.price,
    targetPrice: body.metadata?.target_price ?? null, stopLoss: body.metadata?.stop_loss ?? null, timestamp: row.timestamp, validUntil: row.valid_until,
  };
}
