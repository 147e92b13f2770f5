import { instrumentKey, underlyingOf, type Instrument } from '../../../model/instrument.js';

/** How Alpaca spells it: `AAPL`, `BTC/USD`. null: it settles in another currency than the account, which is USD. */
export function alpacaSymbol({ symbol, assetClass, currency }: Pick<Instrument, 'symbol' | 'assetClass' | 'currency'>): string | null {
  if (currency !== 'USD') return null;
  return assetClass === 'crypto' ? `${underlyingOf({ symbol, assetClass })}/USD` : symbol;
}

/** Our spelling of what Alpaca names: it writes `BTC/USD` in orders and `BTCUSD` in positions. What is not configured keeps Alpaca's. */
export function spelling(instruments: Iterable<Instrument>): (alpaca: string) => string {
  const ours = new Map<string, string>();
  for (const each of instruments) {
    const symbol = alpacaSymbol(each);
    if (symbol !== null) ours.set(instrumentKey(symbol), each.symbol);
  }
  return (alpaca) => ours.get(instrumentKey(alpaca)) ?? alpaca;
}
