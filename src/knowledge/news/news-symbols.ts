import type { Instrument } from '../../model/instrument.js';

/** Legal forms and kinds of paper that nobody writes in a headline. */
const FORMS = /[,\s]+(inc|incorporated|corp|corporation|company|co|ltd|limited|plc|llc|ag|se|sa|nv|holdings?|group|trust|etf|fund|perpetual|class [a-c])\.?$/i;
const SHORTEST_TICKER = 3;
const SHORTEST_NAME = 3;

type Finder = (text: string) => boolean;

/**
 * Says which instruments a text is about: by `$AAPL` in any case, by a ticker of three letters or more as a word in
 * capitals (of a pair also its base, `BTC` of `BTC/USD`), or by the name without its legal form, written with a capital.
 */
export function symbolsIn(instruments: readonly Instrument[]): (text: string) => readonly string[] {
  const finders = instruments.map((instrument): readonly [string, Finder] => [instrument.symbol, finder(instrument)]);
  return (text) => finders.filter(([, finds]) => finds(text)).map(([symbol]) => symbol);
}

function finder({ symbol, name, currency, assetClass }: Instrument): Finder {
  const base = assetClass === 'crypto' && symbol.endsWith(currency) ? symbol.slice(0, -currency.length).replace(/[/_-]$/, '') : symbol;
  const tickers = [...new Set([symbol, symbol.replace(/[/_-]/g, ''), base])].filter((ticker) => ticker !== '');
  const long = tickers.filter((ticker) => ticker.length >= SHORTEST_TICKER);
  const company = shortName(name);
  const named = company.length >= SHORTEST_NAME && company.toUpperCase() !== symbol ? company : null;
  const cashtags = word(`\\$(?:${tickers.map(escaped).join('|')})`, 'iu');
  const capitals = long.length > 0 ? word(`(?:${long.map(escaped).join('|')})`, 'u') : null;
  const names = named === null ? null : word(escaped(named), 'giu');
  return (text) => cashtags.test(text) || capitals?.test(text) === true
    || (names !== null && [...text.matchAll(names)].some(([found]) => /^[\p{Lu}\p{N}]/u.test(found)));
}

function shortName(name: string): string {
  let short = name.split(' / ')[0]!.trim();
  for (let before = ''; before !== short; ) {
    before = short;
    short = short.replace(FORMS, '');
  }
  return short;
}

/** Not inside a longer word or number. */
const word = (pattern: string, flags: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}$_])${pattern}(?![\\p{L}\\p{N}_])`, flags);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
