import { CodedError } from '../../model/codes.js';
import type { Leg } from '../../model/trading.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import type { DecisionsTable } from '../../storage/trading-schema.js';
import type { Decision, Trading } from '../../trading/trading.js';
import { keysOf, legsOf, openingKey, proposalKey, proposalOf } from './trade-proposals.js';
import { outcomesOf, requestFrom, type TradeOutcome, type TradeRequest } from './trade-request.js';
import type { TradeRows } from './trade-rows.js';

/** A decision of a group that nobody could execute for so long is not what it would decide now. */
const STALE_MS = 15 * 60_000;

/** Proposes what a row asks for, on the node that trades its account. */
export class TradeOutcomes {
  constructor(private readonly rows: TradeRows, private readonly trading: Pick<Trading, 'propose' | 'account' | 'now'>) {}

  /**
   * What became of it, leg by leg; proposals have keys, so that doing it again after a crash makes nothing twice.
   * @throws CodedError NOT_READY, DRAINING, STORE_UNAVAILABLE where it is to be tried again
   */
  async of(row: GroupTradesTable): Promise<readonly TradeOutcome[]> {
    const { decided, waiting } = await this.proposed(row);
    if (decided.length === 0 && waiting.length === 0 && isStale(row)) return [staleOutcome(row)];
    const request = requestFrom(row.request);
    const legs = new Set([...await this.legs(row, request), ...legsIn(row.trade_id, decided)]);
    const outcomes: TradeOutcome[] = [];
    for (const leg of legs) {
      const known = decisionOutcome(row.trade_id, leg, decided);
      if (known) outcomes.push(known);
      else if (waiting.includes(openingKey(proposalKey(row.trade_id, leg)))) outcomes.push({ leg, decision_id: null, order_id: null, status: 'pending', gate: null });
      else outcomes.push(await this.propose(row, request, leg));
    }
    return outcomes;
  }

  async isProposed(row: GroupTradesTable): Promise<boolean> {
    const { decided, waiting } = await this.proposed(row);
    return decided.length > 0 || waiting.length > 0;
  }

  /** As answered then, with what has come of it since. */
  async now(row: GroupTradesTable): Promise<readonly TradeOutcome[]> {
    const decided = await this.rows.decisions(row.account_id, keysOf(row.trade_id));
    return outcomesOf(row).map((outcome) => decisionOutcome(row.trade_id, outcome.leg, decided) ?? outcome);
  }

  private async proposed(row: GroupTradesTable) {
    const keys = keysOf(row.trade_id);
    return { decided: await this.rows.decisions(row.account_id, keys), waiting: await this.rows.waiting(row.account_id, keys) };
  }

  private async legs(row: GroupTradesTable, request: TradeRequest): Promise<readonly Leg[]> {
    const isWide = request.positionMode === 'hedge' && request.action === 'CLOSE' && request.side === null;
    return legsOf(request, isWide ? await this.rows.busyLegs(row.account_id, row.symbol) : []);
  }

  private async propose(row: GroupTradesTable, request: TradeRequest, leg: Leg): Promise<TradeOutcome> {
    try {
      const against = leg === 'net' && request.action === 'CLOSE' ? this.heldAgainst(row, request) : null;
      if (against) return refusal(leg, 'NOT_ABLE', against);
      return outcomeOf(leg, await this.trading.propose(proposalOf(row, request, leg, this.trading.now())));
    } catch (error) {
      if (!(error instanceof CodedError) || error.row.retryable) throw error;
      return refusal(leg, error.code, error.message);
    }
  }

  /** A CLOSE of the long must not close the short, where there is one position for both. */
  private heldAgainst({ account_id: accountId, symbol }: GroupTradesTable, { side }: TradeRequest): string | null {
    if (side === null) return null;
    const held = this.trading.account(accountId).positions.find((position) => position.symbol === symbol && position.leg === 'net');
    return held && held.side !== side ? `There is no ${side} position in ${symbol} to close: a ${held.side} one is held` : null;
  }
}

export const isStale = ({ created_at: at }: GroupTradesTable): boolean => Date.now() - at > STALE_MS;

export const staleOutcome = (row: GroupTradesTable): TradeOutcome => ({
  ...refusal(legsOf(requestFrom(row.request), [])[0]!, 'EXPIRED', `Nobody could execute it within ${STALE_MS / 60_000} minutes, and it was decided at ${new Date(row.created_at).toISOString()}: decide again`),
  status: 'expired',
});

const refusal = (leg: Leg, code: string, detail: string): TradeOutcome => ({ leg, decision_id: null, order_id: null, status: 'refused', gate: { code, detail } });

const outcomeOf = (leg: Leg, { decisionId, orderId, status, gate }: Decision): TradeOutcome => ({
  leg, decision_id: status === null ? null : decisionId, order_id: orderId, status: status ?? 'pending', gate: gate && { code: gate.code, detail: gate.detail },
});

const legsIn = (tradeId: string, decided: readonly DecisionsTable[]): readonly Leg[] =>
  (['net', 'long', 'short'] as const).filter((leg) => decided.some(({ decision_key: key }) => key === proposalKey(tradeId, leg) || key === openingKey(proposalKey(tradeId, leg))));

/** The first that was decided: what closes the other side goes before what opens after it. */
function decisionOutcome(tradeId: string, leg: Leg, decided: readonly DecisionsTable[]): TradeOutcome | null {
  const key = proposalKey(tradeId, leg);
  const row = decided.find((each) => each.decision_key === key) ?? decided.find((each) => each.decision_key === openingKey(key));
  if (!row) return null;
  const gate = row.gate === null ? null : JSON.parse(row.gate) as { code: string; detail: string };
  return { leg, decision_id: row.decision_id, order_id: row.order_id, status: row.status, gate: gate && { code: gate.code, detail: gate.detail } };
}
