import { instrumentKey, isSymbol } from '../model/instrument.js';
import type { ConfiguredInstrument } from './config.js';
import type { Findings } from './findings.js';
import { DEFAULT_SOURCES, SYMBOLS_FILE, type SymbolsFile } from './symbols-file.js';

export const DEFAULT_SYMBOLS = ['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY', 'BTCUSDT', 'ETHUSDT', 'BTC/USD', 'SOL/USD'];

/** The instruments of these symbols, in this order and in the spelling of `config/symbols.yaml`. `from`: who named them. */
export function pickInstruments(wanted: readonly string[], from: string, { instruments }: SymbolsFile, findings: Findings): ConfiguredInstrument[] {
  const spelt = new Map<string, string>();
  return wanted.flatMap((symbol): ConfiguredInstrument[] => {
    const key = instrumentKey(symbol);
    const before = spelt.get(key);
    if (!isSymbol(symbol) || key === '') {
      findings.problem(`${from} has ${symbol}, which is no symbol: use 1 to 20 of A-Z 0-9 . _ / -`);
      return [];
    }
    if (before !== undefined) {
      findings.problem(`${from} has ${before} and ${symbol}, which name one instrument: keep one of them`);
      return [];
    }
    spelt.set(key, symbol);
    return [instruments.get(key) ?? unlisted(symbol.toUpperCase(), findings)];
  });
}

function unlisted(symbol: string, findings: Findings): ConfiguredInstrument {
  findings.warn(`${symbol} has no entry in ${SYMBOLS_FILE}: taken for a USD equity (UTC timestamps, base volume); add it there if it is not`);
  return {
    symbol, name: symbol, assetClass: 'equity', currency: 'USD', hours: 'us_equity', tickSize: 0.01, lotSize: 1,
    sources: DEFAULT_SOURCES, listed: false,
  };
}
