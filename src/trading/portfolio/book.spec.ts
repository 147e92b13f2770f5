import { describe, expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import { decimal, ZERO, type Decimal } from '../../model/decimal.js';
import { sign, type AccountMode, type Execution, type Leg } from '../../model/trading.js';
import { Book, historyOf, pnlPercentage, usedPercentage, withHistory, type ClosedTrade } from './book.js';

let ids = 0;
const fill = (side: 'buy' | 'sell', quantity: number | string, price: number | string, more: Partial<Execution> = {}): Execution => ({
  executionId: `e${++ids}`, clientOrderId: null, symbol: 'BTCUSDT', leg: 'net', side, quantity: decimal(quantity), price: decimal(price), fee: ZERO, leverage: 1, at: ids, liquidation: false, ...more,
});
const near = (one: Decimal, other: Decimal): void => expect(one.minus(other).abs().lt('1e-20')).toBe(true);

describe('a book', () => {
  it('enters at the mean, realises on what it closes, and says what came of the trade after fees', () => {
    const book = new Book('spot', decimal(1000));
    book.apply(fill('buy', 1, 100, { fee: decimal(1) }));
    book.apply(fill('buy', 3, 104, { fee: decimal(1) }));
    expect(book.position('BTCUSDT')!.entryPrice.toNumber()).toBe(103);
    const part = book.apply(fill('sell', 1, 110, { fee: decimal(1) }));
    expect([part.realised.toNumber(), part.trade]).toEqual([7, null]);
    const { trade, position } = book.apply(fill('sell', 3, 106, { fee: decimal(2) }));
    expect(position).toBeNull();
    expect(trade).toMatchObject({ side: 'long', quantity: decimal(4), entryPrice: decimal(103), exitPrice: decimal(107), pnl: decimal(11), fees: decimal(5) });
    expect(book.wallet.toNumber()).toBe(1011);
  });

  it('ends one trade and begins another where a fill crosses zero, and shares its fee', () => {
    const book = new Book('perpetual', decimal(1000));
    book.apply(fill('buy', 2, 100, { leverage: 5 }));
    const { trade, position, realised } = book.apply(fill('sell', 6, 110, { fee: decimal(3), leverage: 2, at: 999 }));
    expect([realised.toNumber(), trade!.pnl.toNumber(), trade!.fees.toNumber(), trade!.leverage]).toEqual([20, 19, 1, 5]);
    expect(position).toMatchObject({ side: 'short', quantity: decimal(4), entryPrice: decimal(110), leverage: 2, openedAt: 999, fees: decimal(2), most: decimal(4) });
    expect(book.held('BTCUSDT').toNumber()).toBe(-4);
    book.mark('BTCUSDT', decimal(100));
    expect(book.totals()).toEqual({ wallet: decimal(1017), unrealised: decimal(40), equity: decimal(1057), used: decimal(220), available: decimal(837) });
  });

  it('keeps the legs of a hedge apart', () => {
    const book = new Book('perpetual', decimal(1000));
    book.apply(fill('buy', 2, 100, { leg: 'long' }));
    book.apply(fill('sell', 3, 100, { leg: 'short' }));
    book.mark('BTCUSDT', decimal(110));
    expect([book.held('BTCUSDT', 'long').toNumber(), book.held('BTCUSDT', 'short').toNumber(), book.totals().unrealised.toNumber()]).toEqual([2, -3, -10]);
    expect([book.isHolding('BTCUSDT'), book.isHolding('ETHUSDT')]).toEqual([true, false]);
  });

  it('reckons shares of the account', () => {
    const book = new Book('perpetual', decimal(1000));
    book.apply(fill('sell', 5, 100, { leverage: 2 }));
    expect(usedPercentage(book.totals())).toBe(25);
    expect(pnlPercentage(book.position('BTCUSDT')!, decimal(90))).toBe(10);
    expect(usedPercentage(new Book('spot').totals())).toBe(0);
  });
});

const step = fc.record({
  symbol: fc.constantFrom('A', 'B'), leg: fc.constantFrom<Leg>('net', 'long', 'short'), side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 5000 }), cents: fc.integer({ min: 1, max: 1_000_000 }), fee: fc.integer({ min: -50, max: 500 }), leverage: fc.integer({ min: 1, max: 20 }),
  mark: fc.integer({ min: 1, max: 1_000_000 }), deposit: fc.option(fc.integer({ min: -1000, max: 1000 })), restart: fc.boolean(),
});
const restarted = (book: Book): Book => new Book(book.mode, decimal(book.wallet.toString()), book.positions().map((position) =>
  withHistory({ ...position, quantity: decimal(position.quantity.toString()), entryPrice: decimal(position.entryPrice.toString()) }, historyOf(position))));

describe('the account equation', () => {
  it.each<[AccountMode]>([['spot'], ['perpetual']])('holds at every step of random fills, flips, legs, entries and restarts (%s)', (mode) => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let book = new Book(mode, decimal(10_000));
      // reckoned without positions: money that came and went, and units held
      let [cash, entries, fees, realised] = [decimal(10_000), decimal(10_000), ZERO, ZERO];
      const units = new Map<string, Decimal>();
      const marks = new Map<string, Decimal>();
      const trades: ClosedTrade[] = [];
      for (const { symbol, leg: asked, side, lots, cents, fee, leverage, mark, deposit, restart } of steps) {
        const leg = mode === 'spot' ? 'net' : asked;
        const key = `${symbol} ${leg}`;
        const held = units.get(key) ?? ZERO;
        let quantity = decimal(lots).div(1000);
        if (mode === 'spot' && side === 'sell') quantity = quantity.gt(held) ? held : quantity;
        if (quantity.gt(0)) {
          const execution = fill(side, quantity.toString(), decimal(cents).div(100).toString(), { symbol, leg, leverage: mode === 'spot' ? 1 : leverage, fee: decimal(fee).div(100) });
          const applied = book.apply(execution);
          units.set(key, held.plus(quantity.times(sign(side))));
          cash = cash.minus(execution.price.times(quantity).times(sign(side))).minus(execution.fee);
          fees = fees.plus(execution.fee);
          realised = realised.plus(applied.realised);
          if (applied.trade) trades.push(applied.trade);
          near(book.held(symbol, leg), units.get(key)!);
          if (!marks.has(symbol)) marks.set(symbol, execution.price);
        }
        if (deposit !== null) {
          book.enter({ entryId: `d${++ids}`, kind: 'deposit', amount: decimal(deposit), symbol: null, at: 0 });
          [cash, entries] = [cash.plus(deposit), entries.plus(deposit)];
        }
        marks.set(symbol, decimal(mark).div(100));
        if (restart) book = restarted(book);
        for (const [marked, price] of marks) book.mark(marked, price);
        const { wallet, unrealised, equity, used, available } = book.totals();
        near(equity, wallet.plus(unrealised));
        near(equity, [...units].reduce((sum, [name, q]) => sum.plus(q.times(marks.get(name.split(' ')[0]!)!)), cash));
        near(wallet, entries.plus(realised).minus(fees));
        near(available, mode === 'spot' ? cash : equity.minus(used));
        for (const { quantity: open, most } of book.positions()) expect(open.gt(0) && most.gte(open)).toBe(true);
      }
      // what ended and what is open add up to all that was gained and paid
      const open = book.positions().reduce((sum, position) => sum.plus(position.realised).minus(position.fees), ZERO);
      near(trades.reduce((sum, { pnl }) => sum.plus(pnl), open), realised.minus(fees));
      for (const { pnl, quantity, exitPrice, entryPrice } of trades) expect([pnl, quantity, exitPrice, entryPrice].every((one) => one.isFinite())).toBe(true);
    }), { numRuns: 300 });
  });
});
