import { describe, expect, it } from '@jest/globals';
import { decimal, ZERO } from '../../model/decimal.js';
import type { Side } from '../../model/trading.js';
import type { AccountView, FilledOrder } from '../trading.js';
import { accountUpdate, agentStatus, positionUpdate, restriction, tradeExecuted, type AgentState } from './wire.js';

const totals = (equity: number, available: number, unrealised: number): AccountView['totals'] =>
  ({ wallet: decimal(equity - unrealised), equity: decimal(equity), available: decimal(available), unrealised: decimal(unrealised), used: decimal(equity - available) });

describe('what the room of an agent says', () => {
  it('of an account: as the seed reckons it', () => {
    expect(accountUpdate({ totals: totals(10050.25, 8542.7125, 50.25) })).toEqual({ total_balance: 10050.25, available_balance: 8542.7125, unrealized_pnl: 50.25, used_percentage: 15 });
  });

  it('of an account without money: nothing of it is used', () => {
    expect(accountUpdate({ totals: totals(0, 0, 0) })).toMatchObject({ used_percentage: 0 });
  });

  it('of positions: unsigned quantity, side, and a percentage without leverage', () => {
    const short = {
      symbol: 'BTCUSDT', leg: 'net', side: 'short', quantity: decimal('0.002'), entryPrice: decimal(68_000), mark: decimal(68_680), unrealised: decimal('-1.36'), leverage: 10, openedAt: 0,
    } as const;
    expect(positionUpdate({ positions: [short] })).toEqual([{
      symbol: 'BTCUSDT', side: 'short', position_amt: 0.002, entry_price: 68_000, mark_price: 68_680, unrealized_profit: -1.36, pnl_percentage: -1, leverage: 10,
    }]);
  });

  it.each([['buy', false, 'long'], ['sell', false, 'short'], ['sell', true, 'long'], ['buy', true, 'short']] as const)('of a %s that reduces (%s): the position\'s side is %s', (side: Side, reducing, said) => {
    const fill: FilledOrder = {
      accountId: 'a', decisionId: 'd', orderId: 'o', status: 'filled', realised: ZERO, reducing,
      execution: { executionId: 'e', clientOrderId: 'o', symbol: 'BTCUSDT', leg: 'net', side, quantity: decimal('0.001'), price: decimal(68_450), fee: decimal('0.03'), leverage: 10, at: 0, liquidation: false },
    };
    expect(tradeExecuted(fill)).toMatchObject({ order_id: 'o', symbol: 'BTCUSDT', side: said, quantity: 0.001, price: 68_450, leverage: 10, status: 'filled' });
    expect(tradeExecuted({ ...fill, orderId: null, status: null, execution: { ...fill.execution, liquidation: true } })).toMatchObject({ order_id: null, status: 'liquidated' });
  });

  it('of its status: what it is, and only where there is one an error or a reason', () => {
    const state: AgentState = { agentId: 'a', paused: false, cycleCount: 124, lastDecisionAt: Date.UTC(2025, 10, 2, 10, 30), intervalS: 180, decidedBy: 'rules', error: null, reason: null, state: 'ACTIVE' };
    expect(agentStatus(state)).toEqual({ agent_id: 'a', is_running: true, cycle_count: 124, last_decision_time: '2025-11-02T10:30:00.000Z', paused: false, interval_s: 180, decided_by: 'rules', state: 'ACTIVE' });
    expect(agentStatus({ ...state, paused: true, lastDecisionAt: null, error: 'x', reason: 'y' })).toMatchObject({ is_running: false, last_decision_time: null, error: 'x', reason: 'y' });
    expect(agentStatus({ ...state, state: null })).toMatchObject({ is_running: false, state: null });
    expect(restriction({ state: { state: 'HALTED', code: 'MAX_DAILY_LOSS', reason: 'lost 6 %' } })).toBe('The account is HALTED (MAX_DAILY_LOSS): lost 6 %');
    expect(restriction({ state: { state: 'ACTIVE', code: null, reason: null } })).toBeNull();
  });
});
