import { ZERO, type Decimal } from '../../../model/decimal.js';
import type { Instrument } from '../../../model/instrument.js';
import type { Side } from '../../../model/trading.js';
import { openingOf, type Bar } from './bar.js';
import { cushionOf, liquidationPrice } from './liquidation.js';
import { match, matchStop, stopLevel, trail, triggers } from './match.js';
import type { PaperAccount } from './paper-account.js';
import type { PaperOrder } from './paper-order.js';
import type { VolumeBudget } from './volume.js';

export interface BarTrading {
  readonly account: PaperAccount;
  readonly instrument: Instrument;
  readonly bar: Bar;
  readonly budget: VolumeBudget;
  /** False while the marks of other positions are not known: nobody can say what the account is worth. */
  readonly marked: boolean;
  readonly assetClassOf: (symbol: string) => Instrument['assetClass'];
}

/** With the orders whose stop price this bar brought: they have had their chance in it. */
interface Trading extends BarTrading {
  readonly triggered: Set<string>;
}

/**
 * What one bar does to an account. First what its opening fills; then, since nobody knows the order inside it, what is
 * against the account: the way to its bad end with stops and liquidation in the order of their prices, then the other way;
 * limits last. So of a target and a stop inside one bar it is the stop.
 */
export function tradeBar(given: BarTrading): void {
  const trading: Trading = { ...given, triggered: new Set() };
  const { account, instrument: { symbol }, bar } = trading;
  account.expire(bar.from);
  account.book.mark(symbol, bar.open);
  account.fund(symbol, bar.from, bar.open);
  liquidateOnTheWay(trading, bar.open);
  atTheOpening(trading);
  const held = (['net', 'long', 'short'] as const).reduce((sum, leg) => sum.plus(account.book.held(symbol, leg)), ZERO);
  for (const side of held.gte(0) ? ['sell', 'buy'] as const : ['buy', 'sell'] as const) alongTheWay(trading, side);
  for (const order of eligible(trading)) fillLimit(trading, order);
  for (const worst of [bar.low, bar.high]) liquidateOnTheWay(trading, worst);
  trailing(trading);
  account.book.mark(symbol, bar.close);
  account.fund(symbol, bar.until, bar.close);
  liquidateOnTheWay(trading, bar.close);
  account.expire(bar.until, symbol);
}

const eligible = ({ account, instrument, bar }: Trading): readonly PaperOrder[] => account.openOrders(instrument.symbol).filter(({ ticket }) => ticket.at <= bar.lastDecision);

/** As it is after what other orders did to it; null: it is over. */
const still = ({ account }: Trading, { ticket }: PaperOrder): PaperOrder | null => account.state.open.get(ticket.clientOrderId) ?? null;

function atTheOpening(trading: Trading): void {
  const { account, instrument, bar, budget } = trading;
  const opening = openingOf(bar);
  for (const listed of eligible(trading)) {
    const order = still(trading, listed);
    if (!order) continue;
    if (triggers(order, opening)) {
      stopped(trading, order, opening);
      continue;
    }
    const found = match(order, opening);
    if (found) account.fill(order, found, budget, instrument, bar.until);
    else if (isAtOnce(order) && !isWaitingStop(order)) account.end(order, 'cancelled', 'It could not be filled at once', bar.until);
  }
}

const isAtOnce = ({ ticket }: PaperOrder): boolean => ticket.timeInForce === 'ioc' || ticket.timeInForce === 'fok';
const isWaitingStop = ({ ticket, triggered }: PaperOrder): boolean => !triggered && ticket.orderType !== 'market' && ticket.orderType !== 'limit';
/** A session that ends inside a bar: only its opening is certain to lie before. */
const isSure = ({ expiresAt }: PaperOrder, bar: Bar): boolean => expiresAt === null || bar.until <= expiresAt;

/** Stops of one side, nearest first, unless the account is liquidated before. */
function alongTheWay(trading: Trading, side: Side): void {
  const { bar } = trading;
  const stops = eligible(trading).filter((order) => order.ticket.side === side && isSure(order, bar) && triggers(order, bar))
    .map((order) => ({ order, level: stopLevel(order, bar)! }))
    .sort((a, b) => b.level.comparedTo(a.level) * (side === 'sell' ? 1 : -1));
  for (const { order: listed, level } of stops) {
    liquidateOnTheWay(trading, level);
    const order = still(trading, listed);
    if (order) stopped(trading, order, bar);
  }
  liquidateOnTheWay(trading, side === 'sell' ? bar.low : bar.high);
}

function stopped({ account, instrument, budget, triggered: here }: Trading, order: PaperOrder, bar: Bar): void {
  const found = matchStop(order, bar);
  const triggered: PaperOrder = { ...order, triggered: true };
  here.add(order.ticket.clientOrderId);
  account.put(triggered);
  if (found) account.fill(triggered, found, budget, instrument, bar.until);
  else if (isAtOnce(order)) account.end(triggered, 'cancelled', 'It could not be filled at once', bar.until);
}

function fillLimit(trading: Trading, listed: PaperOrder): void {
  const { account, instrument, bar, budget } = trading;
  const order = still(trading, listed);
  if (!order || !isSure(order, bar) || order.ticket.limitPrice === null || trading.triggered.has(order.ticket.clientOrderId)) return;
  const found = match(order, bar);
  if (found) account.fill(order, found, budget, instrument, bar.until);
}

function trailing(trading: Trading): void {
  const { account, instrument, bar, budget } = trading;
  for (const listed of eligible(trading)) {
    const order = still(trading, listed);
    if (!order || order.ticket.orderType !== 'trailing_stop' || order.triggered || !isSure(order, bar)) continue;
    const { best, crossed } = trail(order, bar);
    const followed: PaperOrder = { ...order, best, triggered: crossed !== null };
    if (crossed || !order.best?.eq(best)) account.put(followed);
    if (crossed) account.fill(followed, crossed, budget, instrument, bar.until);
  }
}

/** From where the price is now (the opening, or the last fill inside the bar) to `worst`. */
function liquidateOnTheWay({ account, instrument, bar, marked, assetClassOf }: Trading, worst: Decimal): void {
  if (account.spot || !marked || account.book.positions().length === 0) return;
  const price = liquidationPrice(cushionOf(account.book, instrument.symbol, account.terms.maintenanceMargin), account.book.markOf(instrument.symbol)!, worst);
  if (price) account.liquidate(instrument.symbol, price, bar.until, assetClassOf);
}
