import { useQueryClient } from '@tanstack/react-query';
import type { AccountUpdate, PositionsUpdate } from 'conclave/client';
import { useRoom } from '../../live.js';
import type { Membership } from '../../memberships.js';
import { agentQuery } from '../queries.js';
import { touch } from '../touch.js';
import type { Account, Position } from '../types.js';

/** An agent's room: account and positions as they change, everything else asked anew once it says that there is more. */
export function useAgentRoom(agentId: string, also?: () => void): Membership {
  const client = useQueryClient();
  const more = (): void => {
    touch('agent', agentId);
    also?.();
  };
  return useRoom(`agent:${agentId}`, {
    account_update: ({ data }) => client.setQueryData(agentQuery<Account>(agentId, 'account').queryKey, (known) => known && withTotals(known, data)),
    position_update: ({ data }) => client.setQueryData(agentQuery<readonly AgentPosition[]>(agentId, 'positions').queryKey, (known) => known && withPositions(known, data)),
    decision: more,
    agent_status: more,
    trade_executed: more,
    reflection: () => {
      touch('reflections', agentId);
      also?.();
    },
  });
}

/** An item of `GET /api/agents/:id/positions`. */
export type AgentPosition = PositionsUpdate[number] & { readonly opened_at?: string };

const withTotals = (known: Account, totals: AccountUpdate): Account => ({ ...known, ...totals });

/** Messages leave out when they were opened. */
const withPositions = (known: readonly AgentPosition[], heard: PositionsUpdate): readonly AgentPosition[] => heard.map((position) => {
  const opened = known.find(({ symbol, side }) => symbol === position.symbol && side === position.side)?.opened_at;
  return { ...position, ...(opened !== undefined && { opened_at: opened }) };
});

export const asPosition = ({ symbol, side, position_amt: size, entry_price, mark_price, leverage, opened_at: opened }: AgentPosition): Omit<Position, 'account_id' | 'unrealized_pnl'> =>
  ({ symbol, side, quantity: size, entry_price, mark_price, leverage, ...(opened !== undefined && { opened_at: opened }) });
