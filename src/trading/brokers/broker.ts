import type { Decimal } from '../../model/decimal.js';
import type { Instrument } from '../../model/instrument.js';
import type { AccountEntry, Execution, Leg, OrderType, PositionSide, Side, TimeInForce } from '../../model/trading.js';

/** An order as a broker gets it. */
export interface Ticket {
  /** Names it for ever: a broker takes one order for it, however often it is sent. At most 48 of `A-Z a-z 0-9 . _ -`. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly orderType: OrderType;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  /** Share of the price, of a trailing stop. */
  readonly trail: Decimal | null;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  readonly leverage: number;
  /** Orders of one pair cancel each other: what fills of one is taken off the other. null: it stands alone. */
  readonly pair: string | null;
  /** Market time at which it was decided; it fills only on prices after it. */
  readonly at: number;
}

export type BrokerOrderStatus = 'accepted' | 'partially_filled' | 'filled' | 'cancelled' | 'expired' | 'rejected';

export interface BrokerOrder {
  readonly clientOrderId: string;
  readonly brokerOrderId: string;
  readonly status: BrokerOrderStatus;
  readonly filledQuantity: Decimal;
  /** null before the first fill. */
  readonly averagePrice: Decimal | null;
  /** Why it was rejected, cancelled or expired, where that is known. */
  readonly reason: string | null;
  readonly at: number;
}

export interface BrokerPosition {
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
}

export interface BrokerAccount {
  /** Wallet and unrealised. */
  readonly equity: Decimal;
  /** What new exposure may cost, before leverage of its own. */
  readonly buyingPower: Decimal;
  /** Wallet without what is unrealised; null where the broker does not say. */
  readonly wallet: Decimal | null;
  readonly currency: string;
}

/** What can be done with an instrument here. */
export interface Abilities {
  readonly shorts: boolean;
  readonly orderTypes: ReadonlySet<OrderType>;
  readonly timesInForce: ReadonlySet<TimeInForce>;
  /** Quantities in lots of the instrument, or of this where the broker's own step differs. */
  readonly lotSize: number;
  /** Least worth of an order, in the account's currency. */
  readonly minNotional: number;
  readonly maxLeverage: number;
  /** Target and stop can rest together. Where not, the stop rests and the desk watches the target. */
  readonly pairs: boolean;
  readonly hedging: boolean;
}

/** It was refused, and does not exist. */
export class BrokerRefused extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
    this.name = 'BrokerRefused';
  }
}

/** No answer, or none that says what became of it: ask by client order id, never send again without that. */
export class BrokerSilent extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerSilent';
  }
}

/** Told in the order of what happened; the broker waits for each promise. Things may be told more than once. */
export interface BrokerListener {
  executed(execution: Execution): Promise<void>;
  /** Accepted, cancelled, expired, rejected; fills come by `executed`. */
  changed(order: BrokerOrder): Promise<void>;
  booked(entry: AccountEntry): Promise<void>;
  /** The line to the broker is back: anything may have been missed. */
  reconnected(): void;
  /** The line to the broker is gone; nothing is known until `reconnected`. */
  lost(error: Error): void;
}

/** One account at a broker. Every implementation runs `test/contracts/broker.contract.ts`. */
export abstract class Broker {
  /** `paper`, `alpaca-paper`, `alpaca-live` */
  abstract readonly kind: string;
  abstract abilities(instrument: Instrument): Abilities;
  /** Resolves when it can be used. */
  abstract start(listener: BrokerListener): Promise<void>;
  abstract stop(): Promise<void>;
  /** The order as it is now, also where it was there before. @throws BrokerRefused, BrokerSilent */
  abstract submit(ticket: Ticket): Promise<BrokerOrder>;
  /** Nothing happens where it is no longer open. @throws BrokerSilent */
  abstract cancel(clientOrderId: string): Promise<void>;
  /** null: the broker does not know it, and never will. @throws BrokerSilent */
  abstract find(clientOrderId: string): Promise<BrokerOrder | null>;
  abstract openOrders(): Promise<readonly BrokerOrder[]>;
  abstract positions(): Promise<readonly BrokerPosition[]>;
  abstract account(): Promise<BrokerAccount>;
  /** All executions and entries after this market time (milliseconds, inclusive), oldest first; earlier ones may be among them. */
  abstract executions(since: number): Promise<readonly Execution[]>;
  abstract entries(since: number): Promise<readonly AccountEntry[]>;
}
