import type { Kysely } from 'kysely';
import { decimal, ZERO, type Decimal } from '../../model/decimal.js';
import { sign } from '../../model/trading.js';
import type { Schema } from '../../storage/schema.js';
import type { ClosedTrade } from '../portfolio/book.js';
import type { TradeEnd } from '../trading.js';

/** `unknown`: neither the order that ended it nor a decision is stored. */
type ExitKind = 'target' | 'stop' | 'liquidation' | 'decision' | 'flatten' | 'unknown';

/** A closed trade beside what was planned for it; nothing in it is guessed. */
export interface TradeReview {
  readonly tradeId: string;
  readonly trade: ClosedTrade;
  /** Why it was opened, as it was said then; null where nothing was stored. */
  readonly reason: string | null;
  /** Of the cycle that opened it. */
  readonly reasoning: string | null;
  readonly target: Decimal | null;
  readonly stop: Decimal | null;
  readonly exit: ExitKind;
  /** Why it was closed, where somebody decided that. */
  readonly exitReason: string | null;
  /** pnl over what was at risk between entry and planned stop; null without such a stop. */
  readonly r: number | null;
  /** pnl over the position's worth at entry. */
  readonly outcomeReturn: number;
  /** What voters of the panel said against the signal that it followed. */
  readonly dissent: readonly string[];
}

const MOST_DISSENT = 5;

export async function reviewOf(db: Kysely<Schema>, { tradeId, accountId, trade, openedBy, closedBy }: TradeEnd, agentId: string | null): Promise<TradeReview> {
  const opening = await decisionOf(db, openedBy);
  const closing = closedBy === openedBy ? null : await decisionOf(db, closedBy);
  const [role, reasoning, dissent] = await Promise.all([
    roleOfEnd(db, accountId, trade), opening && agentId !== null ? reasoningAt(db, agentId, opening.as_of) : null, dissentOf(db, opening?.signal_id ?? null),
  ]);
  const { target, stop } = exitsOf(opening?.intent ?? null);
  return {
    tradeId, trade, reason: opening?.reason ?? null, reasoning, target, stop, exit: exitOf(trade, role, closing !== null), exitReason: closing?.reason ?? null,
    r: riskMultiple(trade, stop), outcomeReturn: trade.pnl.div(trade.entryPrice.times(trade.quantity)).toNumber(), dissent,
  };
}

/** null where the stop is on the wrong side of the entry: then it was no risk. */
function riskMultiple({ side, entryPrice, quantity, pnl }: ClosedTrade, stop: Decimal | null): number | null {
  const risk = stop === null ? ZERO : entryPrice.minus(stop).times(sign(side)).times(quantity);
  return risk.gt(0) ? pnl.div(risk).toNumber() : null;
}

const exitOf = ({ liquidated }: ClosedTrade, role: string | null, decided: boolean): ExitKind => {
  if (liquidated) return 'liquidation';
  if (role === 'target' || role === 'stop' || role === 'flatten') return role;
  return role !== null || decided ? 'decision' : 'unknown';
};

const decisionOf = async (db: Kysely<Schema>, id: string | null) =>
  (id === null ? null : await db.selectFrom('decisions').select(['reason', 'intent', 'as_of', 'signal_id']).where('decision_id', '=', id).executeTakeFirst() ?? null);

/** Of the order whose fill ended it. */
async function roleOfEnd(db: Kysely<Schema>, accountId: string, { symbol, leg, side, closedAt }: ClosedTrade): Promise<string | null> {
  const row = await db.selectFrom('fills as f').innerJoin('orders as o', 'o.order_id', 'f.order_id').select('o.role')
    .where('f.account_id', '=', accountId).where('f.symbol', '=', symbol).where('f.leg', '=', leg)
    .where('f.side', '=', side === 'long' ? 'sell' : 'buy').where('f.at', '=', closedAt)
    .orderBy('f.execution_id', 'desc').executeTakeFirst();
  return row?.role ?? null;
}

async function reasoningAt(db: Kysely<Schema>, agentId: string, at: number): Promise<string | null> {
  const row = await db.selectFrom('agent_cycles').select('reasoning').where('agent_id', '=', agentId).where('as_of', '<=', at)
    .orderBy('cycle', 'desc').executeTakeFirst();
  return row?.reasoning || null;
}

async function dissentOf(db: Kysely<Schema>, signalId: string | null): Promise<readonly string[]> {
  if (signalId === null) return [];
  const row = await db.selectFrom('signals').select('body').where('signal_id', '=', signalId).executeTakeFirst();
  const { metadata } = (row ? JSON.parse(row.body) : {}) as { metadata?: { dissent?: readonly string[] } };
  return (metadata?.dissent ?? []).slice(0, MOST_DISSENT);
}

function exitsOf(intent: string | null): { target: Decimal | null; stop: Decimal | null } {
  const { exits } = (intent === null ? {} : JSON.parse(intent)) as { exits?: { target?: string | number | null; stop?: string | number | null } | null };
  const level = (value: string | number | null | undefined): Decimal | null => (value === undefined || value === null ? null : decimal(value));
  return { target: level(exits?.target), stop: level(exits?.stop) };
}
