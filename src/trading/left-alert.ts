import type { SystemAlert } from '../rooms/system-alert.js';
import { remaining, type Order } from './account.js';

const NAMED = 5;

/** What a HALTED account's broker has not cancelled; none: it has by now. */
export function leftAlert(accountId: string, left: readonly Order[], at: number): SystemAlert {
  const timestamp = new Date(at).toISOString();
  if (left.length === 0) return { level: 'info', code: 'CANCELS_DONE', message: `Account ${accountId} is HALTED, and its broker has now cancelled all that could add exposure`, timestamp };
  const named = left.slice(0, NAMED).map((order) => `${order.side} ${remaining(order).toString()} ${order.symbol} (${order.orderId})`).join(', ');
  const more = left.length > NAMED ? ` and ${left.length - NAMED} more` : '';
  return {
    level: 'error', code: 'CANCELS_LEFT', timestamp,
    message: `Account ${accountId} is HALTED, and its broker has not cancelled ${named}${more}: it is asked again until it does; cancel at the broker yourself where that is faster`,
  };
}
