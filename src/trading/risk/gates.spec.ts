import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../config/account.js';
import { decimal, ZERO, type Decimal } from '../../model/decimal.js';
import { sign, TRADING_STATES, type Intent } from '../../model/trading.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import type { GateCode, Holding, Pending, RiskInput, RiskLimits } from './gate.js';
import { checkIntent, isReducing } from './gates.js';

const NOW = Date.UTC(2026, 6, 1, 15); // a Wednesday, 11:00 in New York
const ALL_TYPES = new Set(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']);
const limits: RiskLimits = { ...DEFAULT_LIMITS, dayTradeRule: { maxDayTrades: 3, sessions: 5, minEquity: 25_000 } };

const intent = (more: Partial<Intent> = {}): Intent => ({
  accountId: 'main', symbol: 'AAPL', leg: 'net', side: 'buy', quantity: decimal(10), orderType: 'market', limitPrice: null, stopPrice: null, trail: null,
  timeInForce: 'gtc', reduceOnly: false, leverage: 1, exits: null, ...more,
});
const input = (more: Partial<RiskInput> = {}): RiskInput => ({
  intent: intent(), instrument: instrumentOf('AAPL', { assetClass: 'equity', hours: 'us_equity', lotSize: 1 }), underlying: 'AAPL',
  abilities: { shorts: true, orderTypes: ALL_TYPES, timesInForce: new Set(['gtc', 'day', 'ioc', 'fok']), lotSize: 1, minNotional: 1, maxLeverage: 4, hedging: false },
  state: 'ACTIVE', now: NOW, price: { bid: decimal(100), ask: decimal(100), last: decimal(100), at: NOW }, decidedPrice: null, duplicate: false, confidence: 0.8, needsConfidence: true,
  equity: decimal(100_000), buyingPower: decimal(100_000), peakEquity: decimal(100_000), dayStartEquity: decimal(100_000), holdings: [], pending: [], orderTimes: [], dayTrades: { count: 0 }, ...more,
});
const holding = (quantity: number, more: Partial<Holding> = {}): Holding => ({ symbol: 'AAPL', underlying: 'AAPL', leg: 'net', quantity: decimal(quantity), mark: decimal(100), ...more });
const pending = (quantity: number, more: Partial<Pending> = {}): Pending => ({
  symbol: 'AAPL', underlying: 'AAPL', leg: 'net', side: 'buy', quantity: decimal(quantity), price: decimal(100), reduceOnly: false, protective: false, waiting: false, leverage: 1, ...more,
});
const codeOf = (of: RiskInput, within = limits): GateCode | 'PASS' => {
  const result = checkIntent(of, within);
  return result.pass ? 'PASS' : result.code;
};
const closing = (quantity: number, more: Partial<Intent> = {}): Intent => intent({ side: 'sell', quantity: decimal(quantity), reduceOnly: true, ...more });

describe('each gate at its boundary: what passes, what is refused', () => {
  it.each<[string, GateCode, Partial<RiskInput>, Partial<RiskInput>]>([
    ['state', 'STATE_HALTED', { state: 'ACTIVE' }, { state: 'HALTED' }],
    ['state, reducing', 'STATE_REDUCING', { state: 'ACTIVE' }, { state: 'REDUCING' }],
    ['duplicate', 'DUPLICATE', { duplicate: false }, { duplicate: true }],
    ['hours, the last instant of the session', 'MARKET_CLOSED', { now: Date.UTC(2026, 6, 1, 20), price: { ...input().price!, at: Date.UTC(2026, 6, 1, 20) } }, { now: Date.UTC(2026, 6, 1, 20) + 1 }],
    ['hours, the first instant', 'MARKET_CLOSED', { now: Date.UTC(2026, 6, 1, 13, 30), price: { ...input().price!, at: Date.UTC(2026, 6, 1, 13, 30) } }, { now: Date.UTC(2026, 6, 1, 13, 30) - 1 }],
    ['hours, a half day', 'MARKET_CLOSED', { now: Date.UTC(2026, 10, 27, 18), price: { ...input().price!, at: Date.UTC(2026, 10, 27, 18) } }, { now: Date.UTC(2026, 10, 27, 18, 0, 1) }],
    ['hours, a holiday', 'MARKET_CLOSED', {}, { now: Date.UTC(2026, 6, 3, 15) }],
    ['stale price', 'PRICE_STALE', { price: { ...input().price!, at: NOW - 15_000 } }, { price: { ...input().price!, at: NOW - 15_001 } }],
    ['no price', 'PRICE_STALE', {}, { price: null }],
    ['band of a limit', 'PRICE_BAND', { intent: intent({ orderType: 'limit', limitPrice: decimal(95) }) }, { intent: intent({ orderType: 'limit', limitPrice: decimal('94.99') }) }],
    ['band since the decision', 'PRICE_BAND', { decidedPrice: decimal(100).div(1.05) }, { decidedPrice: decimal(100).div('1.0501') }],
    ['types', 'NOT_ABLE', {}, { abilities: { ...input().abilities, orderTypes: new Set(['limit']) } }],
    ['leverage', 'NOT_ABLE', { intent: intent({ leverage: 4 }) }, { intent: intent({ leverage: 5 }) }],
    ['shorts', 'NOT_ABLE', { abilities: { ...input().abilities, shorts: false }, holdings: [holding(10)], intent: intent({ side: 'sell' }) }, { abilities: { ...input().abilities, shorts: false }, holdings: [holding(9)], intent: intent({ side: 'sell' }) }],
    ['lot', 'LOT_SIZE', { intent: intent({ quantity: decimal(3) }) }, { intent: intent({ quantity: decimal('3.5') }) }],
    ['least worth', 'MIN_NOTIONAL', { abilities: { ...input().abilities, minNotional: 1000 } }, { abilities: { ...input().abilities, minNotional: 1000.01 } }],
    ['buying power', 'BUYING_POWER', { buyingPower: decimal(1002) }, { buyingPower: decimal('1001.99') }],
    ['buying power beside what is under way', 'BUYING_POWER', { buyingPower: decimal(2004), pending: [pending(10)] }, { buyingPower: decimal(2003), pending: [pending(10)] }],
    ['position', 'MAX_POSITION', { intent: intent({ quantity: decimal(200) }) }, { intent: intent({ quantity: decimal(201) }) }],
    ['position where what reduces fills first', 'MAX_POSITION', { holdings: [holding(50)], pending: [pending(50, { side: 'sell', reduceOnly: true })], intent: intent({ side: 'sell', quantity: decimal(200) }) }, { holdings: [holding(50)], pending: [pending(50, { side: 'sell', reduceOnly: true })], intent: intent({ side: 'sell', quantity: decimal(201) }) }],
    ['position with open orders', 'MAX_POSITION', { holdings: [holding(90)], pending: [pending(100)] }, { holdings: [holding(91)], pending: [pending(100)] }],
    ['exposure', 'MAX_EXPOSURE', { holdings: [holding(-990, { symbol: 'X', underlying: 'X' })] }, { holdings: [holding(-991, { symbol: 'X', underlying: 'X' })] }],
    ['concentration', 'MAX_CONCENTRATION', { underlying: 'AAPL', holdings: [holding(290, { symbol: 'AAPL/B' })] }, { holdings: [holding(291, { symbol: 'AAPL/B' })] }],
    ['daily loss', 'MAX_DAILY_LOSS', { equity: decimal('97000.01') }, { equity: decimal(97_000) }],
    ['drawdown', 'MAX_DRAWDOWN', { equity: decimal('85000.01'), dayStartEquity: decimal('85000.01') }, { equity: decimal(85_000), dayStartEquity: decimal(85_000) }],
    ['rate', 'ORDER_RATE', { orderTimes: Array<number>(29).fill(NOW - 1) }, { orderTimes: Array<number>(30).fill(NOW - 1) }],
    ['rate, a minute ago', 'ORDER_RATE', { orderTimes: Array<number>(40).fill(NOW - 60_000) }, { orderTimes: Array<number>(40).fill(NOW - 59_999) }],
    ['day trades', 'DAY_TRADE_RULE', { equity: decimal(24_999), dayStartEquity: decimal(24_999), peakEquity: decimal(24_999), dayTrades: { count: 2 } }, { equity: decimal(24_999), dayStartEquity: decimal(24_999), peakEquity: decimal(24_999), dayTrades: { count: 3 } }],
    ['day trades with enough equity', 'DAY_TRADE_RULE', { equity: decimal(25_000), dayStartEquity: decimal(25_000), peakEquity: decimal(25_000), dayTrades: { count: 9 } }, { equity: decimal('24999.99'), dayStartEquity: decimal(25_000), peakEquity: decimal(25_000), dayTrades: { count: 9 } }],
    ['confidence', 'MIN_CONFIDENCE', { confidence: 0.6 }, { confidence: 0.5999 }],
    ['confidence unknown', 'MIN_CONFIDENCE', { confidence: null, needsConfidence: false }, { confidence: null }],
  ])('%s: %s', (_name, code, passes, refused) => {
    expect(codeOf(input(passes))).toBe('PASS');
    expect(codeOf(input(refused))).toBe(code);
  });

  it('a refusal says its numbers', () => {
    expect(checkIntent(input({ intent: intent({ quantity: decimal(201) }) }), limits)).toMatchObject({ numbers: { worth: '20100.00', limit: '20000.00', share: 0.2 } });
  });
});

describe('nonsense is refused', () => {
  it.each<[string, Partial<Intent>]>([
    ['no quantity', { quantity: ZERO }], ['a negative one', { quantity: decimal(-1) }], ['NaN', { quantity: decimal(Number.NaN) }], ['infinite', { quantity: decimal(Infinity) }], ['huge', { quantity: decimal(1e16) }],
    ['a missing one', { quantity: null as unknown as Decimal }],
    ['a limit order without a limit', { orderType: 'limit' }], ['with a negative one', { orderType: 'limit', limitPrice: decimal(-1) }], ['a market order with one', { limitPrice: decimal(100) }],
    ['leverage 0', { leverage: 0 }], ['leverage NaN', { leverage: Number.NaN }], ['half a leverage', { leverage: 1.5 }],
    ['a stop above the price of a long', { exits: { target: null, stop: decimal(101) } }], ['a target below it', { exits: { target: decimal(99), stop: null } }], ['a stop of 0', { exits: { target: null, stop: ZERO } }],
    ['a type of its own', { orderType: 'iceberg' as never }], ['a trail of everything', { orderType: 'trailing_stop', trail: decimal(1) }],
  ])('%s', (_name, more) => {
    expect(codeOf(input({ intent: intent(more) }))).toBe('BAD_INTENT');
  });

  it.each<[string, Partial<RiskInput>]>([
    ['equity', { equity: decimal(Number.NaN) }], ['buying power', { buyingPower: decimal(Number.NaN) }], ['time', { now: Number.NaN }], ['price', { price: { ...input().price!, last: decimal(Number.NaN) } }],
    ['peak', { peakEquity: decimal(Number.NaN) }], ['the day', { dayStartEquity: decimal(Number.NaN) }], ['confidence', { confidence: Number.NaN }], ['when the price was', { price: { ...input().price!, at: Number.NaN } }],
    ['a position', { holdings: [holding(Number.NaN)] }], ['an order under way', { pending: [pending(Number.NaN)] }],
  ])('%s that is no number', (_name, more) => {
    expect(codeOf(input(more))).not.toBe('PASS');
  });
});

describe('what reduces', () => {
  const broken: Partial<RiskInput> = {
    holdings: [holding(5000)], equity: decimal(10), buyingPower: decimal(-5), peakEquity: decimal(1e6), dayStartEquity: decimal(1e6), orderTimes: Array<number>(500).fill(NOW),
    dayTrades: { count: 50 }, confidence: null, abilities: { ...input().abilities, minNotional: 1e9, shorts: false },
  };

  it.each(TRADING_STATES)('passes every broken limit, in %s', (state) => {
    expect(codeOf(input({ ...broken, state, intent: closing(5000) }))).toBe('PASS');
  });

  it('closes a remainder below the lot, and no other fraction', () => {
    expect(codeOf(input({ ...broken, holdings: [holding(0.4)], intent: closing(0.4) }))).toBe('PASS');
    expect(codeOf(input({ ...broken, holdings: [holding(10)], intent: closing(0.4) }))).toBe('LOT_SIZE');
  });

  it('a close that waits for a person keeps no other from reducing', () => {
    expect(codeOf(input({ ...broken, state: 'HALTED', holdings: [holding(10)], pending: [pending(10, { side: 'sell', reduceOnly: true, waiting: true })], intent: closing(10) }))).toBe('PASS');
  });

  it.each<[string, Partial<RiskInput>]>([
    ['more than is there', { holdings: [holding(10)], intent: closing(11) }],
    ['beside what closes it already', { holdings: [holding(10)], pending: [pending(5, { side: 'sell', reduceOnly: true })], intent: closing(6) }],
    ['the other way', { holdings: [holding(-10)], intent: closing(5) }],
    ['nothing', { intent: closing(5) }],
  ])('never adds in ACTIVE either: reduce-only of %s', (_name, of) => {
    expect(codeOf(input(of))).toBe('NOT_ABLE');
  });

  it.each<[string, RiskInput]>([
    ['more than is there', input({ holdings: [holding(10)], intent: closing(11), state: 'HALTED' })],
    ['beside what closes it already', input({ holdings: [holding(10)], pending: [pending(5, { side: 'sell', reduceOnly: true })], intent: closing(6), state: 'HALTED' })],
    ['the other way', input({ holdings: [holding(-10)], intent: closing(5), state: 'HALTED' })],
    ['nothing', input({ intent: closing(5), state: 'HALTED' })],
  ])('is not what takes %s', (_name, of) => {
    expect(isReducing(of)).toBe(false);
    expect(codeOf(of)).toBe('STATE_HALTED');
  });

  it('still needs an open market and a fresh price', () => {
    expect(codeOf(input({ ...broken, intent: closing(10), now: Date.UTC(2026, 6, 4, 15) }))).toBe('MARKET_CLOSED');
    expect(codeOf(input({ ...broken, intent: closing(10), price: { ...input().price!, at: NOW - 60_000 } }))).toBe('PRICE_STALE');
  });
});

/** Small and fast, the same for a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

it('ten thousand random intents never bring the portfolio outside its limits, whatever fills', () => {
  const next = random(20_261_121);
  const symbols = ['BTCUSDT', 'BTC/USD', 'ETHUSDT', 'SOL/USD'];
  const underlyings: Record<string, string> = { BTCUSDT: 'BTC', 'BTC/USD': 'BTC', ETHUSDT: 'ETH', 'SOL/USD': 'SOL' };
  const own: RiskLimits = { ...limits, maxPosition: 0.3, maxConcentration: 0.4, maxExposure: 0.8, ordersPerMinute: 1e9, minConfidence: 0, dayTradeRule: null, priceBand: 1, maxDailyLoss: 0.99, maxDrawdown: 0.99 };
  const equity = decimal(100_000);
  let held = new Map<string, Decimal>();
  let open: Pending[] = [];
  let accepted = 0;
  const worth = (of: (symbol: string) => boolean): Decimal => [...held].filter(([symbol]) => of(symbol)).reduce((sum, [, quantity]) => sum.plus(quantity.abs().times(100)), ZERO);
  for (let round = 0; round < 10_000; round += 1) {
    const symbol = symbols[Math.floor(next() * symbols.length)]!;
    const quantity = decimal(next() < 0.05 ? [0, -5, Number.NaN, Infinity, 1e18][Math.floor(next() * 5)]! : Math.ceil(next() * 500));
    const side = next() < 0.5 ? 'buy' : 'sell';
    const wanted = intent({ symbol, side, quantity, reduceOnly: next() < 0.2, ...(next() < 0.3 && { orderType: 'limit', limitPrice: decimal(side === 'buy' ? 99 : 101) }) });
    const of = input({
      intent: wanted, instrument: instrumentOf(symbol, { lotSize: 1 }), underlying: underlyings[symbol]!, equity, buyingPower: decimal(1e9), pending: open,
      holdings: [...held].filter(([, each]) => !each.isZero()).map(([name, each]) => ({ symbol: name, underlying: underlyings[name]!, leg: 'net', quantity: each, mark: decimal(100) })),
    });
    if (checkIntent(of, own).pass) {
      accepted += 1;
      open.push({ symbol, underlying: underlyings[symbol]!, leg: 'net', side, quantity, price: wanted.limitPrice ?? decimal(100), reduceOnly: wanted.reduceOnly, protective: false, waiting: false, leverage: 1 });
    }
    // some orders fill, in any order; some are cancelled
    open = open.filter((order) => {
      const fate = next();
      if (fate > 0.4) return true;
      if (fate < 0.3) {
        const before = held.get(order.symbol) ?? ZERO;
        const room = order.reduceOnly ? before.abs() : order.quantity;
        if (order.reduceOnly && before.times(sign(order.side)).gte(0)) return false;
        held = new Map(held).set(order.symbol, before.plus((room.lt(order.quantity) ? room : order.quantity).times(sign(order.side))));
      }
      return false;
    });
    for (const name of symbols) expect(worth((each) => each === name).lte(30_300)).toBe(true);
    expect(worth((name) => underlyings[name] === 'BTC').lte(40_400)).toBe(true);
    expect(worth(() => true).lte(80_800)).toBe(true);
  }
  expect(accepted).toBeGreaterThan(500);
});
