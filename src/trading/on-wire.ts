import type { FillsTable, OrdersTable } from '../storage/trading-schema.js';
import { pnlPercentage, usedPercentage } from './portfolio/book.js';
import type { AccountView, MarkedPosition } from './trading.js';

const iso = (at: number): string => new Date(at).toISOString();
const number = (text: string | null): number | null => (text === null ? null : Number(text));
/** null: there is none. */
const limit = (share: number): number | null => (Number.isFinite(share) ? share : null);

export const orderOnWire = (row: OrdersTable): Record<string, unknown> => ({
  order_id: row.order_id, decision_id: row.decision_id, account_id: row.account_id, symbol: row.symbol, side: row.side, position_side: row.leg,
  quantity: Number(row.quantity), order_type: row.order_type, limit_price: number(row.limit_price), stop_price: number(row.stop_price), trail: number(row.trail),
  time_in_force: row.time_in_force, reduce_only: row.reduce_only === 1, leverage: row.leverage, role: row.role, status: row.status,
  broker_order_id: row.broker_order_id, filled_quantity: Number(row.filled_quantity), average_price: number(row.average_price), fees: Number(row.fees),
  reason: row.reason, timestamp: iso(row.at), updated_at: iso(row.updated_at),
});

export const fillOnWire = (row: FillsTable): Record<string, unknown> => ({
  execution_id: row.execution_id, order_id: row.order_id, symbol: row.symbol, side: row.side, quantity: Number(row.quantity), price: Number(row.price),
  fee: Number(row.fee), realised: Number(row.realised), leverage: row.leverage, liquidation: row.liquidation === 1, timestamp: iso(row.at),
});

export const positionOnWire = (accountId: string, position: MarkedPosition): Record<string, unknown> => ({
  account_id: accountId, symbol: position.symbol, side: position.side, position_side: position.leg, quantity: position.quantity.toNumber(),
  entry_price: position.entryPrice.toNumber(), mark_price: position.mark.toNumber(), unrealized_pnl: position.unrealised.toNumber(),
  pnl_percentage: pnlPercentage(position, position.mark), leverage: position.leverage, opened_at: iso(position.openedAt),
});

export const accountOnWire = (view: AccountView): Record<string, unknown> => ({
  account_id: view.accountId, broker: view.broker, mode: view.mode, currency: view.currency, initial_balance: view.initial.toNumber(),
  total_balance: view.totals.equity.toNumber(), wallet_balance: view.totals.wallet.toNumber(), available_balance: view.totals.available.toNumber(),
  unrealized_pnl: view.totals.unrealised.toNumber(), used_percentage: usedPercentage(view.totals), peak_equity: view.peakEquity.toNumber(),
  day_start_equity: view.dayStartEquity.toNumber(), limits: { max_daily_loss: limit(view.limits.maxDailyLoss), max_drawdown: limit(view.limits.maxDrawdown) }, positions: view.positions.length, ...view.state,
});
