import { CodedError } from '../../model/codes.js';
import type { Decimal } from '../../model/decimal.js';
import type { PositionSide } from '../../model/trading.js';
import type { Group } from '../group.js';
import type { CheckedFields } from './checked-fields.js';

type TradeAction = 'LONG' | 'SHORT' | 'CLOSE';

/** What a group has decided, checked; money and quantities are above or at 0 and finite. */
export interface TradeSignal {
  /** In the one spelling of the market. */
  readonly symbol: string;
  readonly action: TradeAction;
  /** Base units; 0: of the margin, or all of the position. */
  readonly quantity: Decimal;
  /** What is bound where no quantity is said. */
  readonly margin: Decimal;
  /** Of CLOSE: the leg, or the side that must be the one that is held; null: whatever is there. */
  readonly side: PositionSide | null;
  readonly leverage: number;
  readonly limitPrice: Decimal | null;
  readonly target: Decimal | null;
  readonly stop: Decimal | null;
  readonly confidence: number | null;
  readonly reason: string;
}

/** What the market knows of symbols. */
export interface Symbols {
  /** @throws CodedError UNKNOWN_SYMBOL with what may have been meant */
  instrument(symbol: string): { readonly symbol: string };
  readonly instruments: readonly { readonly symbol: string }[];
}

const ACTIONS: Readonly<Record<string, TradeAction>> = { LONG: 'LONG', SHORT: 'SHORT', CLOSE: 'CLOSE', BUY: 'LONG', SELL: 'SHORT' };
const NOTHING_TO_DO: ReadonlySet<unknown> = new Set(['NO_TRADE', 'HOLD']);
const ALL_OF_IT = '; 0 leaves it to margin_usd, or to all of the position';
const SHOWN_SYMBOLS = 20;
const SYMBOL = 40;
const REASON = 2000;

/** null where a flaw was found. What only an opening has (levels, leverage, margin) does nothing to a CLOSE, and does not hold it up. */
export function readSignal(payload: CheckedFields, group: Group, symbols: Symbols): TradeSignal | null {
  const before = payload.flaws.length;
  const symbol = symbolOf(payload, symbols);
  const signal = payload.object('signal');
  if (!signal) {
    if (!payload.has('signal')) payload.wrong('signal', 'is missing: {"action":"LONG","qty":0,"margin_usd":100}');
    reasonOf(payload, null);
    return null;
  }
  const action = actionOf(signal);
  const orderType = signal.choice('order_type', ['market', 'limit']) ?? 'market';
  const limitPrice = signal.price('limit_price');
  if (orderType === 'limit' && !signal.has('limit_price')) signal.wrong('limit_price', 'is missing: a limit order needs one');
  if (orderType === 'market' && limitPrice) signal.wrong('limit_price', 'goes with "order_type":"limit" only');
  const read = {
    quantity: signal.amount('qty', ALL_OF_IT), margin: signal.amount('margin_usd', `; the group's own is ${group.marginUsd.toString()}`),
    side: sideOf(signal, action), leverage: signal.whole('leverage', 1, group.leverage), confidence: signal.share('confidence'),
    target: signal.price('target_price'), stop: signal.price('stop_loss'), reason: reasonOf(payload, signal),
  };
  if (action && action !== 'CLOSE') checkLevels(signal, action, { ...read, limitPrice });
  if (payload.flaws.length > before || symbol === null || action === null) return null;
  return { ...read, symbol, action, limitPrice, quantity: read.quantity ?? group.marginUsd.times(0), margin: read.margin ?? group.marginUsd, leverage: read.leverage ?? group.leverage };
}

function symbolOf(payload: CheckedFields, symbols: Symbols): string | null {
  const asked = payload.text('symbol', { least: 1, most: SYMBOL });
  if (asked === null) return payload.has('symbol') ? null : payload.wrong('symbol', `is missing: ${known(symbols)}`);
  try {
    return symbols.instrument(asked).symbol;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return payload.wrong('symbol', `${error.message}; ${known(symbols)}`);
  }
}

const known = ({ instruments }: Symbols): string =>
  `there are ${instruments.slice(0, SHOWN_SYMBOLS).map(({ symbol }) => symbol).join(', ') || 'none'}${instruments.length > SHOWN_SYMBOLS ? ', … (GET /api/symbols)' : ''}`;

function actionOf(signal: CheckedFields): TradeAction | null {
  const asked = signal.raw('action');
  const action = typeof asked === 'string' && Object.hasOwn(ACTIONS, asked) ? ACTIONS[asked]! : null;
  if (action) return action;
  return signal.wrong('action', NOTHING_TO_DO.has(asked) ? `is ${String(asked)}: send no post_trade where nothing is to be traded; a system log says why` : 'must be LONG, SHORT or CLOSE');
}

function sideOf(signal: CheckedFields, action: TradeAction | null): PositionSide | null {
  const side = signal.choice('side', ['long', 'short']);
  if (side && action && action !== 'CLOSE' && side !== action.toLowerCase()) signal.wrong('side', `must be ${action.toLowerCase()} where the action is ${action}, or left out`);
  return side;
}

function reasonOf(payload: CheckedFields, signal: CheckedFields | null): string {
  const texts = [signal, payload].flatMap((fields) => (fields ? ['reason', 'reasoning'].map((name) => fields.text(name, { most: REASON })) : []));
  return texts.find((text) => text !== null && text !== '') ?? '';
}

/** Against each other and the limit; against the market they are a gate's. */
function checkLevels(signal: CheckedFields, action: TradeAction, { target, stop, limitPrice }: Pick<TradeSignal, 'target' | 'stop' | 'limitPrice'>): void {
  const [direction, above, below] = action === 'LONG' ? [1, 'above', 'below'] : [-1, 'below', 'above'];
  const isOff = (level: Decimal, from: Decimal, side: number): boolean => !level.minus(from).times(side).gt(0);
  if (limitPrice && target && isOff(target, limitPrice, direction)) signal.wrong('target_price', `must be ${above} the limit_price where the action is ${action}`);
  if (limitPrice && stop && isOff(stop, limitPrice, -direction)) signal.wrong('stop_loss', `must be ${below} the limit_price where the action is ${action}`);
  if (!limitPrice && target && stop && isOff(target, stop, direction)) signal.wrong('target_price', `must be ${above} the stop_loss where the action is ${action}`);
}
