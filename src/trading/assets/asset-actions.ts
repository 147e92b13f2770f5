import type { AgentCyclesTable } from '../../storage/trading-schema.js';

/** One thing that an agent did in a cycle. */
export interface AssetAction {
  /** Market time, epoch milliseconds. */
  readonly at: number;
  /** `open_long`, `open_short`, `close_long`, `close_short`, `hold`, `wait`; `error` where the cycle failed. */
  readonly action: string;
  readonly message: string;
}

interface StoredDecision {
  readonly action?: unknown;
  readonly reason?: unknown;
}

/** What the cycles did, in their order; a cycle that decided nothing says its reasoning. */
export const actionsOf = (cycles: readonly Pick<AgentCyclesTable, 'as_of' | 'error' | 'reasoning' | 'decisions'>[]): readonly AssetAction[] =>
  cycles.flatMap(({ as_of: at, error, reasoning, decisions }) => {
    if (error !== null) return [{ at, action: 'error', message: error }];
    const decided = JSON.parse(decisions) as readonly StoredDecision[];
    if (decided.length === 0) return [{ at, action: 'wait', message: reasoning }];
    return decided.map(({ action, reason }) => ({ at, action: String(action), message: typeof reason === 'string' && reason !== '' ? reason : reasoning }));
  });
