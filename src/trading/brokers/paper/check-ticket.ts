import { floorTo, isPositive, type Decimal } from '../../../model/decimal.js';
import type { Instrument } from '../../../model/instrument.js';
import { sign } from '../../../model/trading.js';
import type { Abilities, Ticket } from '../broker.js';
import { BrokerRefused } from '../broker.js';
import { affordable } from './affordable.js';
import { feeRate } from './costs.js';
import type { PaperAccount } from './paper-account.js';
import { isReducing } from './paper-order.js';

const ID = /^[A-Za-z0-9._-]{1,48}$/;

/** @throws BrokerRefused where the order makes no sense, here or now. `last`: the market's price; null before the first. */
export function checkTicket(ticket: Ticket, account: PaperAccount, instrument: Instrument, abilities: Abilities, last: Decimal | null): void {
  checkShape(ticket);
  const { side, symbol, leg, quantity, leverage, reduceOnly } = ticket;
  if (leg !== 'net' && !abilities.hedging) throw new BrokerRefused('NO_HEDGING', `This account has no ${leg} legs: send it with leg net`);
  if (leverage > abilities.maxLeverage) throw new BrokerRefused('LEVERAGE', `Leverage ${leverage} is above ${abilities.maxLeverage}`);
  const reducing = isReducing({ reduceOnly, leg, side }, account.spot);
  const held = account.book.held(symbol, leg).times(-sign(side));
  if (reducing && held.lte(0)) throw new BrokerRefused('NOTHING_TO_REDUCE', `There is no position in ${symbol} that a ${side} order reduces`);
  if (account.spot && side === 'sell' && !reduceOnly && quantity.gt(held)) throw new BrokerRefused('NO_SHORTS', `Only ${held.toString()} ${symbol} are held, and this account has no shorts`);
  if (!reducing && !floorTo(quantity, abilities.lotSize).eq(quantity)) throw new BrokerRefused('LOT_SIZE', `The quantity must be a multiple of ${abilities.lotSize}`);
  const price = ticket.limitPrice ?? ticket.stopPrice ?? last;
  if (reducing || price === null) return;
  const most = affordable(account.book, { symbol, leg, side, price, fee: feeRate(account.terms, instrument.assetClass), leverage });
  // costs that are not known yet are left to the fill, which cuts it
  if (quantity.gt(most.times(1.01))) {
    throw new BrokerRefused(account.spot ? 'INSUFFICIENT_FUNDS' : 'INSUFFICIENT_MARGIN', `The account can pay for ${floorTo(most, abilities.lotSize).toString()} of ${quantity.toString()} at ${price.toString()}`);
  }
}

function checkShape({ clientOrderId, quantity, orderType, limitPrice, stopPrice, trail, leverage, at }: Ticket): void {
  const bad = (what: string): never => { throw new BrokerRefused('BAD_ORDER', what); };
  if (!ID.test(clientOrderId)) bad('The client order id must be 1 to 48 of A-Z a-z 0-9 . _ -');
  if (!isPositive(quantity)) bad('The quantity must be above zero');
  if (!Number.isSafeInteger(at)) bad('The time must be whole epoch milliseconds');
  if (!(Number.isInteger(leverage) && leverage >= 1)) bad('The leverage must be a whole number from 1');
  const needs = { limit: orderType === 'limit' || orderType === 'stop_limit', stop: orderType === 'stop' || orderType === 'stop_limit' };
  if (needs.limit !== (limitPrice !== null) || (limitPrice && !isPositive(limitPrice))) bad(`A ${orderType} order has ${needs.limit ? 'a limit price above zero' : 'no limit price'}`);
  if (needs.stop !== (stopPrice !== null) || (stopPrice && !isPositive(stopPrice))) bad(`A ${orderType} order has ${needs.stop ? 'a stop price above zero' : 'no stop price'}`);
  if ((orderType === 'trailing_stop') !== (trail !== null) || (trail && !(isPositive(trail) && trail.lt(1)))) bad(`A ${orderType} order has ${orderType === 'trailing_stop' ? 'a trail between 0 and 1' : 'no trail'}`);
}
