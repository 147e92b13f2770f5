import { instrumentKey } from '../../model/instrument.js';
import type { Frame } from './heard.js';

/** Of an `order_update`. */
export interface OrderNow {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: number;
  readonly filledQuantity: number;
  readonly averagePrice: number | null;
  readonly status: string;
  readonly correlationId: string;
  readonly gate: string | null;
}

const UNDER_WAY = new Set(['waiting_approval', 'submitted', 'accepted', 'partially_filled']);

/** `CODE: detail` of a gate that refused; null where there is none. */
export function gateIn(gate: unknown): string | null {
  const { code, detail } = (typeof gate === 'object' && gate !== null ? gate : {}) as Frame;
  return typeof code === 'string' ? `${code}${typeof detail === 'string' ? `: ${detail}` : ''}` : null;
}

/** What the group has open, as far as it was told since the start. */
export class Orders {
  private readonly open = new Map<string, OrderNow>();

  /** The order as it is now; null where the update names none. */
  hear(data: Frame): OrderNow | null {
    const { order_id: orderId, symbol, status, gate } = data;
    if (typeof status !== 'string' || typeof symbol !== 'string') return null;
    const number = (name: string): number => (typeof data[name] === 'number' ? data[name] : 0);
    const order: OrderNow = {
      orderId: typeof orderId === 'string' ? orderId : '', symbol, side: String(data['side'] ?? ''), quantity: number('quantity'), filledQuantity: number('filled_quantity'),
      averagePrice: typeof data['average_price'] === 'number' ? data['average_price'] : null, status, correlationId: String(data['correlation_id'] ?? ''),
      gate: gateIn(gate),
    };
    const key = order.orderId || order.correlationId; // what waits for a person has no order yet
    if (UNDER_WAY.has(status)) this.open.set(key, order);
    else this.open.delete(key);
    if (order.orderId !== '') this.open.delete(order.correlationId);
    return order;
  }

  openIn(symbol: string): number {
    return [...this.open.values()].filter((order) => instrumentKey(order.symbol) === instrumentKey(symbol)).length;
  }
}
