import { CodedError } from '../../model/codes.js';
import { decimal, isPositive, type Decimal } from '../../model/decimal.js';
import { sign, TIMES_IN_FORCE, type Exits, type Intent, type OrderType, type TimeInForce } from '../../model/trading.js';

/** Fields as they come from outside: numbers or decimal texts; `target` and `stop` may be null (none). */
export type Edits = Readonly<Record<string, unknown>>;

const FIELDS = ['quantity', 'limit_price', 'stop_price', 'target', 'stop', 'time_in_force'] as const;
const LIMITED: readonly OrderType[] = ['limit', 'stop_limit'];
const STOPPED: readonly OrderType[] = ['stop', 'stop_limit'];
/** Digits, a point, digits: nothing that only some parsers take for a number. */
const NUMBER = /^\d{1,20}(\.\d{1,20})?$/;

/**
 * The intent as a person wants it. Side, symbol, leverage and reduce-only stay as they are.
 * @param price of the market, which levels of an order without an own price are held against
 * @throws CodedError VALIDATION_ERROR with the path of each field that is unknown, not of this order's type, or no sense
 */
export function applyEdits(intent: Intent, edits: Edits, price: Decimal): Intent {
  const keys = Object.keys(edits);
  if (keys.length === 0) throw wrong('', `must name at least one of ${FIELDS.join(', ')}`);
  const unknown = keys.find((key) => !(FIELDS as readonly string[]).includes(key));
  if (unknown !== undefined) throw wrong(unknown.slice(0, 40), `is not one of ${FIELDS.join(', ')}`);
  only(edits, 'limit_price', LIMITED.includes(intent.orderType), intent);
  only(edits, 'stop_price', STOPPED.includes(intent.orderType), intent);
  only(edits, 'target', !intent.reduceOnly, intent);
  only(edits, 'stop', !intent.reduceOnly, intent);
  const edited: Intent = {
    ...intent,
    quantity: numberIn(edits, 'quantity') ?? intent.quantity,
    limitPrice: numberIn(edits, 'limit_price') ?? intent.limitPrice,
    stopPrice: numberIn(edits, 'stop_price') ?? intent.stopPrice,
    timeInForce: timeInForceIn(edits) ?? intent.timeInForce,
    exits: exitsIn(edits, intent.exits),
  };
  checkExits(edited, price);
  return edited;
}

function only(edits: Edits, field: (typeof FIELDS)[number], exists: boolean, { orderType, reduceOnly }: Intent): void {
  if (field in edits && !exists) throw wrong(field, `is not a field of ${reduceOnly ? 'a reduce-only' : 'an'} order of type ${orderType}`);
}

function numberIn(edits: Edits, field: (typeof FIELDS)[number]): Decimal | undefined {
  if (!(field in edits)) return undefined;
  const given = edits[field];
  const text = typeof given === 'number' ? decimal(given).toFixed() : typeof given === 'string' ? given : '';
  if (!NUMBER.test(text) || !isPositive(decimal(text))) throw wrong(field, 'must be a number above zero, with at most 20 digits on each side of the point');
  return decimal(text);
}

function timeInForceIn(edits: Edits): TimeInForce | undefined {
  if (!('time_in_force' in edits)) return undefined;
  const found = TIMES_IN_FORCE.find((each) => each === edits['time_in_force']);
  if (!found) throw wrong('time_in_force', `must be one of ${TIMES_IN_FORCE.join(', ')}`);
  return found;
}

function exitsIn(edits: Edits, exits: Exits | null): Exits | null {
  const level = (field: 'target' | 'stop'): Decimal | null => (field in edits && edits[field] === null ? null : numberIn(edits, field) ?? exits?.[field] ?? null);
  const [target, stop] = [level('target'), level('stop')];
  return target === null && stop === null ? null : { target, stop };
}

/** Target on the winning side of where it is bought or sold, stop on the losing side. */
function checkExits({ exits, side, limitPrice, stopPrice }: Intent, price: Decimal): void {
  const entry = limitPrice ?? stopPrice ?? price;
  const beyond = (level: Decimal): Decimal => level.minus(entry).times(sign(side));
  const [won, lost] = side === 'buy' ? ['above', 'below'] : ['below', 'above'];
  if (exits?.target && !beyond(exits.target).gt(0)) throw wrong('target', `must be ${won} ${entry.toFixed()}`);
  if (exits?.stop && !beyond(exits.stop).lt(0)) throw wrong('stop', `must be ${lost} ${entry.toFixed()}`);
}

const wrong = (field: string, message: string): CodedError => {
  const path = field === '' ? 'edits' : `edits.${field}`;
  return new CodedError('VALIDATION_ERROR', `${path}: ${message}`, [{ path, message }]);
};
