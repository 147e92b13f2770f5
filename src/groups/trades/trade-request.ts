import { decimal, type Decimal } from '../../model/decimal.js';
import type { Leg, PositionSide } from '../../model/trading.js';
import type { PositionMode } from '../../model/wire/groups.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import type { Group } from '../group.js';
import type { TradeSignal } from './trade-signal.js';

/** What was asked for, as `group_trades.request` keeps it: the group may change before it is done. */
export interface TradeRequest extends TradeSignal {
  readonly groupName: string;
  readonly positionMode: PositionMode;
  /** Of CLOSE: the positions that it was about, each `leg side opened_at`. */
  readonly positions: readonly string[];
}

/** One leg of what became of it. */
export interface TradeOutcome {
  readonly leg: Leg;
  /** null: none was made. */
  readonly decision_id: string | null;
  readonly order_id: string | null;
  /** A decision's status; `pending`: its order follows, such as after the fill that closes the other side. */
  readonly status: string;
  readonly gate: { readonly code: string; readonly detail: string } | null;
}

export const requestOf = (signal: TradeSignal, { name, positionMode }: Group, positions: readonly string[]): TradeRequest => ({ ...signal, groupName: name, positionMode, positions });

/** Decimals are texts in JSON. */
export function requestFrom(text: string): TradeRequest {
  const read = JSON.parse(text) as TradeRequest;
  const money = (value: Decimal | null): Decimal | null => (value === null ? null : decimal(value));
  return { ...read, quantity: decimal(read.quantity), margin: decimal(read.margin), limitPrice: money(read.limitPrice), target: money(read.target), stop: money(read.stop) };
}

export const outcomesOf = ({ outcome }: Pick<GroupTradesTable, 'outcome'>): readonly TradeOutcome[] => (outcome === null ? [] : JSON.parse(outcome) as TradeOutcome[]);

export const positionName = (position: { readonly leg: Leg; readonly side: PositionSide; readonly opened_at: number }): string => `${position.leg} ${position.side} ${position.opened_at}`;
