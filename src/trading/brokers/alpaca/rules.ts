import type { Instrument } from '../../../model/instrument.js';
import type { OrderType, TimeInForce } from '../../../model/trading.js';
import { BrokerRefused, type Abilities, type Ticket } from '../broker.js';

/** What Alpaca says of an instrument. */
export interface AlpacaAsset {
  /** As Alpaca spells it. */
  readonly symbol: string;
  readonly tradable: boolean;
  readonly shortable: boolean;
  readonly fractionable: boolean;
  /** null for shares. */
  readonly minOrderSize: number | null;
  readonly minTradeIncrement: number | null;
}

const NOTHING: ReadonlySet<never> = new Set();
const STOCK_TYPES: ReadonlySet<OrderType> = new Set(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']);
const STOCK_TIMES: ReadonlySet<TimeInForce> = new Set(['day', 'gtc', 'ioc', 'fok']);
const CRYPTO_TYPES: ReadonlySet<OrderType> = new Set(['market', 'limit', 'stop_limit']);
const CRYPTO_TIMES: ReadonlySet<TimeInForce> = new Set(['gtc', 'ioc']);
const IMMEDIATE: ReadonlySet<TimeInForce> = new Set(['ioc', 'fok']);
const RESTS_ONLY: ReadonlySet<OrderType> = new Set(['stop', 'stop_limit', 'trailing_stop']);
/** Alpaca takes no order below one dollar. */
const MIN_NOTIONAL = 1;

/**
 * Pairs: no. Alpaca's OCO is one request with one client order id, of which the second leg gets another that nobody asked for:
 * after a lost answer it could not be asked for by name; and two resting sells of the same shares are refused. So the stop rests alone.
 */
export function abilitiesOf(instrument: Instrument, asset: AlpacaAsset | null): Abilities {
  const crypto = instrument.assetClass === 'crypto';
  const known = asset?.tradable === true;
  return {
    shorts: known && !crypto && asset.shortable,
    orderTypes: !known ? NOTHING : crypto ? CRYPTO_TYPES : STOCK_TYPES,
    timesInForce: !known ? NOTHING : crypto ? CRYPTO_TIMES : STOCK_TIMES,
    lotSize: !crypto && !(asset?.fractionable ?? false) ? Math.max(1, instrument.lotSize) : Math.max(instrument.lotSize, asset?.minTradeIncrement ?? 0),
    minNotional: MIN_NOTIONAL,
    maxLeverage: 1,
    pairs: false,
    hedging: false,
  };
}

/** Why it cannot be sent, in words; null: it can. Alpaca checks again, and knows more: money, hours, prices. */
export function refusalOf(ticket: Ticket, instrument: Instrument | undefined, asset: AlpacaAsset | null): BrokerRefused | null {
  const refuse = (code: string, message: string): BrokerRefused => new BrokerRefused(code, message);
  if (!instrument || !asset) return refuse('UNKNOWN_SYMBOL', `${ticket.symbol} is not traded at Alpaca: choose a US share, or a coin against USD such as BTC/USD`);
  if (!asset.tradable) return refuse('NOT_TRADABLE', `${ticket.symbol} cannot be traded at Alpaca now`);
  if (ticket.leg !== 'net') return refuse('HEDGING_UNSUPPORTED', 'Alpaca holds one position a symbol: use the leg net');
  if (ticket.leverage !== 1) return refuse('LEVERAGE_UNSUPPORTED', 'Alpaca has no leverage of single orders: use 1');
  if (!ticket.quantity.isFinite() || !ticket.quantity.gt(0)) return refuse('INVALID_QUANTITY', 'The quantity must be above zero');
  const { orderTypes, timesInForce } = abilitiesOf(instrument, asset);
  if (!orderTypes.has(ticket.orderType)) return refuse('ORDER_TYPE_UNSUPPORTED', `Alpaca takes ${[...orderTypes].join(', ')} orders of ${ticket.symbol}, not ${ticket.orderType}`);
  if (!timesInForce.has(ticket.timeInForce)) return refuse('TIME_IN_FORCE_UNSUPPORTED', `Alpaca takes ${[...timesInForce].join(', ')} for ${ticket.symbol}, not ${ticket.timeInForce}`);
  if (instrument.assetClass === 'crypto') return null;
  if (RESTS_ONLY.has(ticket.orderType) && IMMEDIATE.has(ticket.timeInForce)) return refuse('TIME_IN_FORCE_UNSUPPORTED', `A ${ticket.orderType} order rests: use day or gtc`);
  return ticket.quantity.isInteger() ? null : fractionRefusal(ticket, asset);
}

/** Fractions of shares: day orders of every type but the trailing stop, where the share allows them; Alpaca refuses short sales of them. */
function fractionRefusal({ symbol, orderType, timeInForce }: Ticket, asset: AlpacaAsset): BrokerRefused | null {
  if (!asset.fractionable) return new BrokerRefused('FRACTION_UNSUPPORTED', `${symbol} is traded in whole shares only`);
  if (timeInForce !== 'day') return new BrokerRefused('FRACTION_UNSUPPORTED', `Fractions of shares are taken for the day only, not ${timeInForce}: use day, or whole shares`);
  return orderType === 'trailing_stop' ? new BrokerRefused('FRACTION_UNSUPPORTED', 'Trailing stops are taken for whole shares only') : null;
}
