import { decimal, ZERO, type Decimal } from '../../../model/decimal.js';
import type { Leg, Side } from '../../../model/trading.js';
import type { BrokerOrder, BrokerOrderStatus, Ticket } from '../broker.js';

/** An order as the paper broker keeps it; each change makes another one. */
export interface PaperOrder {
  readonly ticket: Ticket;
  readonly brokerOrderId: string;
  readonly status: BrokerOrderStatus;
  readonly filled: Decimal;
  /** Σ price × quantity of its fills. */
  readonly worth: Decimal;
  readonly fills: number;
  /** What its pair has filled in its place. */
  readonly takenOff: Decimal;
  /** Of a stop: its price was there. */
  readonly triggered: boolean;
  /** Of a trailing stop: the best price since it was accepted; null before the first. */
  readonly best: Decimal | null;
  /** End of the session, of a day order. */
  readonly expiresAt: number | null;
  /** Place among the account's orders. */
  readonly sequence: number;
  readonly reason: string | null;
  readonly at: number;
}

export const accepted = (ticket: Ticket, sequence: number, best: Decimal | null, expiresAt: number | null): PaperOrder => ({
  ticket, brokerOrderId: `paper-${ticket.clientOrderId}`, status: 'accepted', filled: ZERO, worth: ZERO, fills: 0, takenOff: ZERO,
  triggered: false, best, expiresAt, sequence, reason: null, at: ticket.at,
});

export const isOpenOrder = ({ status }: PaperOrder): boolean => status === 'accepted' || status === 'partially_filled';
export const remainingOf = ({ ticket, filled, takenOff }: PaperOrder): Decimal => ticket.quantity.minus(filled).minus(takenOff);

/** It can only make its leg smaller: by its ticket, or since the leg has one side. */
export const isReducing = ({ reduceOnly, leg, side }: Pick<Ticket, 'reduceOnly' | 'leg' | 'side'>, spot: boolean): boolean =>
  reduceOnly || (spot && side === 'sell') || (leg !== 'net' && side !== openingSide(leg));
const openingSide = (leg: Leg): Side => (leg === 'long' ? 'buy' : 'sell');

export const ended = (order: PaperOrder, status: 'cancelled' | 'expired', reason: string, at: number): PaperOrder => ({ ...order, status, reason, at });

export const brokerOrderOf = ({ ticket, brokerOrderId, status, filled, worth, reason, at }: PaperOrder): BrokerOrder => ({
  clientOrderId: ticket.clientOrderId, brokerOrderId, status, filledQuantity: filled, averagePrice: filled.gt(0) ? worth.div(filled) : null, reason, at,
});

interface StoredState { readonly worth: string; readonly fills: number; readonly taken_off: string; readonly triggered: boolean; readonly best: string | null; readonly expires_at: number | null; readonly sequence: number }

export interface OrderRow {
  readonly broker_order_id: string; readonly status: string; readonly ticket: string; readonly filled_quantity: string;
  readonly reason: string | null; readonly state: string; readonly at: number;
}

export function rowOf(order: PaperOrder) {
  const { ticket, worth, fills, takenOff, triggered, best, expiresAt, sequence } = order;
  const state: StoredState = { worth: worth.toString(), fills, taken_off: takenOff.toString(), triggered, best: best?.toString() ?? null, expires_at: expiresAt, sequence };
  const { averagePrice } = brokerOrderOf(order);
  return {
    client_order_id: ticket.clientOrderId, broker_order_id: order.brokerOrderId, status: order.status, ticket: JSON.stringify(ticket),
    filled_quantity: order.filled.toString(), average_price: averagePrice?.toString() ?? null, reason: order.reason, state: JSON.stringify(state), at: order.at,
  };
}

const orNull = (text: string | null): Decimal | null => (text === null ? null : decimal(text));

export function orderOf(row: OrderRow): PaperOrder {
  const ticket = JSON.parse(row.ticket) as { [key in keyof Ticket]: Ticket[key] extends Decimal ? string : Ticket[key] extends Decimal | null ? string | null : Ticket[key] };
  const state = JSON.parse(row.state) as StoredState;
  return {
    ticket: { ...ticket, quantity: decimal(ticket.quantity), limitPrice: orNull(ticket.limitPrice), stopPrice: orNull(ticket.stopPrice), trail: orNull(ticket.trail) },
    brokerOrderId: row.broker_order_id, status: row.status as BrokerOrderStatus, filled: decimal(row.filled_quantity), worth: decimal(state.worth), fills: state.fills,
    takenOff: decimal(state.taken_off), triggered: state.triggered, best: orNull(state.best), expiresAt: state.expires_at, sequence: state.sequence,
    reason: row.reason, at: row.at,
  };
}
