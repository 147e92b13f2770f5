import { expect, it } from '@jest/globals';
import { clientRoom, symbolOf, symbolRoom, SYSTEM_ROOM } from './names.js';

it.each(['AAPL', 'BTC/USD', 'A:B', ''])('the room of %j gives the symbol back', (symbol) => {
  expect(symbolOf(symbolRoom(symbol))).toBe(symbol);
});

it('other rooms have no symbol, also where they have one in their name', () => {
  for (const room of [SYSTEM_ROOM, clientRoom('symbol:AAPL'), 'agent:symbol:AAPL', 'Symbol:AAPL', 'symbol']) expect(symbolOf(room)).toBeNull();
});
