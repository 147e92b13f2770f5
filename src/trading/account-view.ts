import type { AccountConfig } from '../config/config.js';
import { sign } from '../model/trading.js';
import type { Decimal } from '../model/decimal.js';
import type { Account } from './account.js';
import type { StateNow } from './states.js';
import type { AccountView } from './trading.js';

interface Around {
  readonly broker: string;
  readonly limits: AccountConfig['limits'];
  readonly priceOf: (symbol: string) => Decimal | null;
  readonly state: StateNow;
}

/** The account with its positions at their marks. */
export function accountView(account: Account, { broker, limits: { maxDailyLoss, maxDrawdown }, priceOf, state }: Around): AccountView {
  const positions = account.book.positions().map((position) => {
    const mark = account.book.markOf(position.symbol) ?? priceOf(position.symbol) ?? position.entryPrice;
    const { symbol, leg, side, quantity, entryPrice, leverage, openedAt } = position;
    return { symbol, leg, side, quantity, entryPrice, leverage, openedAt, mark, unrealised: mark.minus(entryPrice).times(quantity).times(sign(side)) };
  });
  return {
    accountId: account.id, broker, mode: account.mode, currency: account.currency, initial: account.initial, totals: account.book.totals(),
    peakEquity: account.peakEquity, dayStartEquity: account.dayStartEquity, limits: { maxDailyLoss, maxDrawdown }, positions, state: { state: state.state, code: state.code, reason: state.reason },
  };
}
