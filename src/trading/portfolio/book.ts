import { decimal, ZERO, type Decimal } from '../../model/decimal.js';
import { sign, type AccountEntry, type AccountMode, type Execution, type Leg, type Position, type PositionSide } from '../../model/trading.js';

/** One position from its opening to its end, or to the change of its side. */
export interface ClosedTrade {
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: PositionSide;
  /** The most that was held. */
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly exitPrice: Decimal;
  /** After fees. */
  readonly pnl: Decimal;
  readonly fees: Decimal;
  readonly leverage: number;
  readonly openedAt: number;
  readonly closedAt: number;
  readonly liquidated: boolean;
}

/** What one execution did. */
export interface Applied {
  readonly realised: Decimal;
  /** The position after it; null: flat. */
  readonly position: Position | null;
  readonly trade: ClosedTrade | null;
}

/** A position with what its end will be reckoned from. */
export interface BookPosition extends Position {
  readonly most: Decimal;
  readonly closedQuantity: Decimal;
  /** Σ price × quantity of what was closed. */
  readonly closedWorth: Decimal;
  /** Σ price × quantity of what was opened. */
  readonly openedWorth: Decimal;
  readonly openedQuantity: Decimal;
  readonly realised: Decimal;
  readonly fees: Decimal;
}

export interface Totals {
  /** Deposits, realised gains, fees, funding. */
  readonly wallet: Decimal;
  readonly unrealised: Decimal;
  /** wallet + unrealised; on spot also cash + Σ q·mark */
  readonly equity: Decimal;
  /** What open positions bind. */
  readonly used: Decimal;
  /** equity − used; on spot the cash. */
  readonly available: Decimal;
}

const keyOf = (symbol: string, leg: Leg): string => `${leg} ${symbol}`;

/**
 * The arithmetic of one account: executions and entries in, positions and money out. Pure but for what it holds.
 * On spot what is held binds its entry price, else its worth at entry over its leverage.
 */
export class Book {
  readonly #positions = new Map<string, BookPosition>();
  readonly #marks = new Map<string, Decimal>();
  #wallet: Decimal;

  constructor(readonly mode: AccountMode, wallet: Decimal = ZERO, positions: readonly BookPosition[] = []) {
    this.#wallet = wallet;
    for (const position of positions) {
      this.#positions.set(keyOf(position.symbol, position.leg), position);
      this.#marks.set(position.symbol, position.entryPrice);
    }
  }

  get wallet(): Decimal {
    return this.#wallet;
  }

  positions(): readonly BookPosition[] {
    return [...this.#positions.values()];
  }

  position(symbol: string, leg: Leg = 'net'): BookPosition | null {
    return this.#positions.get(keyOf(symbol, leg)) ?? null;
  }

  /** Any leg of it. */
  isHolding(symbol: string): boolean {
    for (const position of this.#positions.values()) if (position.symbol === symbol) return true;
    return false;
  }

  /** Signed quantity of a symbol and leg; 0 where there is none. */
  held(symbol: string, leg: Leg = 'net'): Decimal {
    const position = this.position(symbol, leg);
    return position ? position.quantity.times(sign(position.side)) : ZERO;
  }

  mark(symbol: string, price: Decimal): void {
    this.#marks.set(symbol, price);
  }

  /** The last mark; a position's entry price before the first. */
  markOf(symbol: string): Decimal | null {
    return this.#marks.get(symbol) ?? null;
  }

  enter({ amount }: AccountEntry): void {
    this.#wallet = this.#wallet.plus(amount);
  }

  /** A fill that crosses zero closes the one side and opens the other; its fee is shared by quantity. */
  apply(execution: Execution): Applied {
    const { symbol, leg, side, quantity, price, fee } = execution;
    const before = this.position(symbol, leg);
    if (!this.#marks.has(symbol)) this.#marks.set(symbol, price);
    if (!before || sign(before.side) === sign(side)) {
      this.#wallet = this.#wallet.minus(fee);
      return { realised: ZERO, position: this.#opened(before, execution, quantity, fee), trade: null };
    }
    const closing = before.quantity.lt(quantity) ? before.quantity : quantity;
    const feeOfClosing = fee.times(closing).div(quantity);
    const realised = price.minus(before.entryPrice).times(closing).times(sign(before.side));
    this.#wallet = this.#wallet.plus(realised).minus(fee);
    const after: BookPosition = {
      ...before,
      quantity: before.quantity.minus(closing),
      closedQuantity: before.closedQuantity.plus(closing),
      closedWorth: before.closedWorth.plus(price.times(closing)),
      realised: before.realised.plus(realised),
      fees: before.fees.plus(feeOfClosing),
    };
    if (after.quantity.gt(0)) {
      this.#positions.set(keyOf(symbol, leg), after);
      return { realised, position: after, trade: null };
    }
    this.#positions.delete(keyOf(symbol, leg));
    const rest = quantity.minus(closing);
    const position = rest.gt(0) ? this.#opened(null, execution, rest, fee.minus(feeOfClosing)) : null;
    return { realised, position, trade: closed(after, execution) };
  }

  totals(): Totals {
    let [unrealised, used] = [ZERO, ZERO];
    for (const position of this.#positions.values()) {
      unrealised = unrealised.plus(this.unrealised(position));
      used = used.plus(position.entryPrice.times(position.quantity).div(position.leverage));
    }
    const equity = this.#wallet.plus(unrealised);
    const available = this.mode === 'spot' ? this.#wallet.minus(used) : equity.minus(used);
    return { wallet: this.#wallet, unrealised, equity, used, available };
  }

  /** side·q·(mark − entry) */
  unrealised({ symbol, side, quantity, entryPrice }: Position): Decimal {
    return (this.markOf(symbol) ?? entryPrice).minus(entryPrice).times(quantity).times(sign(side));
  }

  #opened(before: BookPosition | null, { symbol, leg, side, price, leverage, at }: Execution, quantity: Decimal, fee: Decimal): BookPosition {
    const total = quantity.plus(before?.quantity ?? ZERO);
    const worth = price.times(quantity);
    const position: BookPosition = {
      symbol, leg, leverage, side: side === 'buy' ? 'long' : 'short', quantity: total,
      entryPrice: before ? before.entryPrice.times(before.quantity).plus(worth).div(total) : price,
      openedAt: before?.openedAt ?? at,
      most: before && before.most.gt(total) ? before.most : total,
      openedQuantity: (before?.openedQuantity ?? ZERO).plus(quantity),
      openedWorth: (before?.openedWorth ?? ZERO).plus(worth),
      closedQuantity: before?.closedQuantity ?? ZERO,
      closedWorth: before?.closedWorth ?? ZERO,
      realised: before?.realised ?? ZERO,
      fees: (before?.fees ?? ZERO).plus(fee),
    };
    this.#positions.set(keyOf(symbol, leg), position);
    return position;
  }
}

const closed = (position: BookPosition, { at, liquidation }: Execution): ClosedTrade => ({
  symbol: position.symbol, leg: position.leg, side: position.side, quantity: position.most,
  entryPrice: position.openedWorth.div(position.openedQuantity), exitPrice: position.closedWorth.div(position.closedQuantity),
  pnl: position.realised.minus(position.fees), fees: position.fees, leverage: position.leverage,
  openedAt: position.openedAt, closedAt: at, liquidated: liquidation,
});

/** side·(mark − entry)/entry·100, without leverage. */
export const pnlPercentage = ({ side, entryPrice }: Position, mark: Decimal): number => mark.minus(entryPrice).div(entryPrice).times(100 * sign(side)).toNumber();

/** 100·(total − available)/total, 0 where total ≤ 0. */
export const usedPercentage = ({ equity, available }: Totals): number => (equity.gt(0) ? equity.minus(available).div(equity).times(100).toNumber() : 0);

export interface StoredPosition {
  readonly most: string; readonly closed_quantity: string; readonly closed_worth: string;
  readonly opened_worth: string; readonly opened_quantity: string; readonly realised: string; readonly fees: string;
}

export const historyOf = (position: BookPosition): StoredPosition => ({
  most: position.most.toString(), closed_quantity: position.closedQuantity.toString(), closed_worth: position.closedWorth.toString(),
  opened_worth: position.openedWorth.toString(), opened_quantity: position.openedQuantity.toString(),
  realised: position.realised.toString(), fees: position.fees.toString(),
});

export const withHistory = (position: Position, stored: StoredPosition): BookPosition => ({
  ...position, most: decimal(stored.most), closedQuantity: decimal(stored.closed_quantity), closedWorth: decimal(stored.closed_worth),
  openedWorth: decimal(stored.opened_worth), openedQuantity: decimal(stored.opened_quantity), realised: decimal(stored.realised), fees: decimal(stored.fees),
});
