import type { Kysely, Transaction } from 'kysely';
import { TRADING_STATES, type TradingState } from '../model/trading.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import { systemAlert } from '../rooms/system-alert.js';
import type { Schema } from '../storage/schema.js';
import type { TradingStateTable } from '../storage/trading-schema.js';

/** Of the whole server. */
export const ALL = 'all';

export interface StateNow {
  readonly state: TradingState;
  /** Why, e.g. `MAX_DAILY_LOSS`. In ACTIVE: what a person went past, so that the breaker does not trip for it again that day. */
  readonly code: string | null;
  readonly reason: string | null;
  /** `breaker`, `reconciliation`, or a subject. */
  readonly by: string | null;
  /** Market time. */
  readonly at: number | null;
  readonly version: number;
}

export interface StateChange {
  readonly state: TradingState;
  readonly code: string | null;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

export const BREAKER = 'breaker';

/** Somebody else was first. */
class Outrun extends Error {}

const ACTIVE: StateNow = { state: 'ACTIVE', code: null, reason: null, by: null, at: null, version: 0 };
const strictness = (state: TradingState): number => TRADING_STATES.indexOf(state);

/** ACTIVE, REDUCING, HALTED of the server and of each account: rows, with a copy in memory. */
export class States {
  private states = new Map<string, StateNow>();
  /** Seen by a look, and not yet handed out by `sync`. */
  private readonly unsaid = new Set<string>();

  constructor(private readonly db: Kysely<Schema>, private readonly writer: RoomWriter) {}

  /** What other nodes have changed; returns the scopes that differ since the last time. */
  async sync(): Promise<readonly string[]> {
    await this.look();
    const changed = [...this.unsaid];
    this.unsaid.clear();
    return changed;
  }

  /** What is stored is known from here on: another node's word of it may come before this node has looked by itself. */
  async look(): Promise<void> {
    const rows = await this.db.selectFrom('trading_state').selectAll().execute();
    for (const { scope, state, code, reason, by, at, version } of rows) {
      if ((this.states.get(scope)?.version ?? 0) >= version) continue;
      this.states.set(scope, { state, code, reason, by, at, version });
      this.unsaid.add(scope);
    }
  }

  of(scope: string): StateNow {
    return this.states.get(scope) ?? ACTIVE;
  }

  /** The stricter of the server's and the account's. */
  effective(accountId: string): StateNow {
    const [all, own] = [this.of(ALL), this.of(accountId)];
    return strictness(all.state) > strictness(own.state) ? all : own;
  }

  /** Stored, and said to everyone; resolves with what it is then. Changes at once, here or on other nodes, come one after the other. */
  async set(scope: string, change: StateChange): Promise<StateNow> {
    for (;;) {
      try {
        return await this.next(scope, change);
      } catch (error) {
        if (!(error instanceof Outrun)) throw error;
        await this.look();
        const now = this.of(scope);
        if (change.by === BREAKER && strictness(now.state) >= strictness(change.state)) return now; // it never loosens what somebody has said
      }
    }
  }

  private async next(scope: string, { state, code, reason, by, at }: StateChange): Promise<StateNow> {
    const version = this.of(scope).version + 1;
    const row: TradingStateTable = { scope, state, code, reason, by, at, version };
    const name = scope === ALL ? 'Trading' : `Account ${scope}`;
    const alert = {
      level: state === 'HALTED' ? 'error' as const : state === 'REDUCING' ? 'warning' as const : 'info' as const,
      code: `TRADING_${state}`, message: `${name} is ${state}${code && state !== 'ACTIVE' ? ` (${code})` : ''}: ${reason}`, timestamp: new Date(at).toISOString(),
    };
    await this.writer.say({ store: (tx) => this.put(tx, row), messages: systemAlert(alert, `trading:${scope}:${version}`) });
    const now: StateNow = { state, code, reason, by, at, version };
    if (this.of(scope).version < version) this.states.set(scope, now);
    return now;
  }

  /** @throws Outrun where the row is not older */
  private async put(tx: Transaction<Schema>, row: TradingStateTable): Promise<void> {
    const { numInsertedOrUpdatedRows: stored } = await tx.insertInto('trading_state').values(row)
      .onConflict((conflict) => conflict.column('scope').doUpdateSet(row).where('trading_state.version', '<', row.version)).executeTakeFirstOrThrow();
    if (!stored) throw new Outrun(`The state of ${row.scope} was changed meanwhile`);
  }
}
