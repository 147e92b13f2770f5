import type { SymbolInfo } from '../market.js';
import { keptStore } from '../store.js';

/** Shown where nothing was ever chosen. */
const FIRST = 8;

const isSymbols = (found: unknown): found is string[] => Array.isArray(found) && found.every((symbol) => typeof symbol === 'string');

/** null: nothing chosen yet. */
export const watchList = keptStore<readonly string[] | null>('conclave.watch', (found) => (isSymbols(found) ? [...new Set(found)] : null));

/** The chosen symbols that the feed knows; the first ones before any choice. */
export function watched(chosen: readonly string[] | null, known: readonly SymbolInfo[]): readonly SymbolInfo[] {
  if (chosen === null) return known.slice(0, FIRST);
  const bySymbol = new Map(known.map((info) => [info.symbol, info]));
  return chosen.flatMap((symbol) => bySymbol.get(symbol) ?? []);
}

export const watchAlso = (shown: readonly SymbolInfo[], symbol: string): void =>
  watchList.set([...shown.map((info) => info.symbol).filter((other) => other !== symbol), symbol]);

export const unwatch = (shown: readonly SymbolInfo[], symbol: string): void =>
  watchList.set(shown.map((info) => info.symbol).filter((other) => other !== symbol));
