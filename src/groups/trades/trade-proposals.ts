import type { Leg } from '../../model/trading.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import { proposal, type Proposal } from '../../trading/proposal.js';
import type { TradeRequest } from './trade-request.js';

const PREFIX = 'group:';

/** Of a leg's proposal; what opens after a closing has `:open` behind it. */
export const proposalKey = (tradeId: string, leg: Leg): string => `${PREFIX}${tradeId}${leg === 'net' ? '' : `:${leg}`}`;
export const openingKey = (key: string): string => `${key}:open`;

/** Every key that decisions of a trade can have. */
export const keysOf = (tradeId: string): readonly string[] => (['net', 'long', 'short'] as const).map((leg) => proposalKey(tradeId, leg)).flatMap((key) => [key, openingKey(key)]);

/** The trade that a decision's key is of; null: of none. */
export const tradeOf = (key: string): string | null => (key.startsWith(PREFIX) ? key.slice(PREFIX.length).split(':')[0]! : null);

/** Which legs it is about. `busy`: legs of the symbol with a position or an order under way; a CLOSE of nothing is refused once. */
export function legsOf({ action, side, positionMode }: TradeRequest, busy: readonly Leg[]): readonly Leg[] {
  if (positionMode === 'oneway') return ['net'];
  if (action !== 'CLOSE') return [action === 'LONG' ? 'long' : 'short'];
  if (side) return [side];
  const legs = (['long', 'short'] as const).filter((leg) => busy.includes(leg));
  return legs.length > 0 ? legs : ['long'];
}

/** What is proposed for a leg. `now`: market time. */
export function proposalOf(row: Pick<GroupTradesTable, 'trade_id' | 'group_id' | 'account_id' | 'correlation_id'>, request: TradeRequest, leg: Leg, now: number): Proposal {
  const { action, quantity, margin, limitPrice, target, stop } = request;
  const common = {
    key: proposalKey(row.trade_id, leg), accountId: row.account_id, symbol: request.symbol, leg, origin: 'group', originId: row.group_id, correlationId: row.correlation_id,
    asOf: now, confidence: request.confidence, orderType: limitPrice ? 'limit' : 'market', limitPrice, leverage: request.leverage,
    reason: request.reason || `${action} of the group ${request.groupName}`,
  } as const;
  if (action === 'CLOSE') return proposal({ ...common, want: { kind: 'close', quantity: quantity.isZero() ? null : quantity } });
  return proposal({
    ...common, want: { kind: 'open', side: action === 'LONG' ? 'long' : 'short', size: quantity.isZero() ? { kind: 'margin', amount: margin } : { kind: 'quantity', quantity } },
    exits: target || stop ? { target, stop } : null,
  });
}
