import { describe, expect, it } from '@jest/globals';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { symbolsIn } from './news-symbols.js';

const equity = (symbol: string, name: string) => instrumentOf(symbol, { name, assetClass: 'equity', hours: 'us_equity' });
const find = symbolsIn([
  equity('AAPL', 'Apple Inc.'), equity('NVDA', 'NVIDIA Corporation'), equity('TSLA', 'Tesla, Inc.'), equity('SPY', 'SPDR S&P 500 ETF Trust'), equity('F', 'Ford Motor Company'),
  instrumentOf('BTCUSDT', { name: 'Bitcoin / Tether perpetual', currency: 'USDT' }), instrumentOf('BTC/USD', { name: 'Bitcoin' }), instrumentOf('SOL/USD', { name: 'Solana' }),
]);

describe('what a text is about', () => {
  it.each<[string, string[]]>([
    ['Apple beats estimates', ['AAPL']],
    ["Apple's margins, Tesla’s deliveries", ['AAPL', 'TSLA']],
    ['$aapl to the moon', ['AAPL']],
    ['An apple a day', []],
    ['Pineapple Inc., Applebee AAPLX', []],
    ['Nvidia and NVDA', ['NVDA']],
    ['The S&P 500 fell', []],
    ['SPDR S&P 500 sees outflows', ['SPY']],
    ['I spy with my little eye', []],
    ['BTC falls', ['BTCUSDT', 'BTC/USD']],
    ['Bitcoin falls', ['BTCUSDT', 'BTC/USD']],
    ['SOL/USD breaks out', ['SOL/USD']],
    ['Vitamin F, and $F', ['F']],
    ['F', []],
    ['Fed holds rates', []],
  ])('%s', (text, symbols) => expect(find(text)).toEqual(symbols));
});
