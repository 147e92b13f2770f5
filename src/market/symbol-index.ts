import { CodedError } from '../model/codes.js';
import { instrumentKey } from '../model/instrument.js';

const SUGGESTED = 3;

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Finds things by any spelling of their symbol. */
export class SymbolIndex<Item> {
  readonly #bySpelling = new Map<string, Item>();
  readonly #byKey = new Map<string, Item>();
  readonly #symbols: string[] = [];

  /** Throws where another spelling of the same instrument is there already. */
  add(symbol: string, item: Item): void {
    const key = instrumentKey(symbol);
    if (this.#byKey.has(key)) throw new Error(`SYMBOLS has two spellings of ${symbol}: keep one`);
    this.#symbols.push(symbol);
    this.#bySpelling.set(symbol, item);
    this.#byKey.set(key, item);
  }

  /** Throws UNKNOWN_SYMBOL with what may have been meant. */
  get(symbol: string): Item {
    const item = this.find(symbol);
    if (item !== undefined) return item;
    const close = this.#close(instrumentKey(symbol));
    const hint = close.length > 0 ? `did you mean ${close.join(' or ')}?` : 'GET /api/symbols lists what is known';
    throw new CodedError('UNKNOWN_SYMBOL', `No feed knows ${symbol.slice(0, 20)}: ${hint}`, [{ path: 'symbol', message: hint }]);
  }

  find(symbol: string): Item | undefined {
    return this.#bySpelling.get(symbol) ?? this.#byKey.get(instrumentKey(symbol));
  }

  values(): IterableIterator<Item> {
    return this.#bySpelling.values();
  }

  /** Nearest first: one edit for short symbols, two for longer ones, or one begins the other. */
  #close(key: string): string[] {
    if (key.length === 0 || key.length > 20) return [];
    return this.#symbols
      .map((symbol) => ({ symbol, known: instrumentKey(symbol) }))
      .map(({ symbol, known }) => ({ symbol, edits: known.startsWith(key) || key.startsWith(known) ? 1 : distance(key, known) }))
      .filter(({ edits }) => edits <= (key.length > 3 ? 2 : 1))
      .sort((a, b) => a.edits - b.edits)
      .slice(0, SUGGESTED)
      .map(({ symbol }) => symbol);
  }
}
