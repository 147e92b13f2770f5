import { instrumentKey, isSymbol, type TimestampKind } from '../model/instrument.js';
import { DEFAULT_HORIZON, INTERVALS, type Interval } from '../model/interval.js';
import type { ConfiguredInstrument, SourceFormat } from './config.js';
import type { Fields } from './fields.js';
import type { Findings } from './findings.js';
import { yamlFile } from './yaml-file.js';

export const SYMBOLS_FILE = 'config/symbols.yaml';

/** What a source writes where nothing is said about it. */
export const DEFAULT_SOURCES: Readonly<Record<string, SourceFormat>> = {
  simulated: { timestamps: 'utc', volume: 'base' },
  replay: { timestamps: 'utc', volume: 'base' },
};

export interface SymbolsFile {
  /** By `instrumentKey`. */
  readonly instruments: ReadonlyMap<string, ConfiguredInstrument>;
  readonly intervals: readonly Interval[];
  readonly horizonBars: Readonly<Record<Interval, number>>;
}

/** `config/symbols.yaml`. Where something in it is wrong it is reported, and left out or read as its default. */
export function symbolsFile(root: string, findings: Findings): SymbolsFile {
  const file = yamlFile(root, SYMBOLS_FILE, findings);
  if (!file) return { instruments: new Map(), intervals: INTERVALS, horizonBars: DEFAULT_HORIZON };
  const read = {
    intervals: file.has('intervals') ? intervals(file) : INTERVALS,
    horizonBars: file.has('horizon_bars') ? horizons(file) : DEFAULT_HORIZON,
    instruments: instruments(file),
  };
  file.noOthers();
  return read;
}

function intervals(file: Fields): readonly Interval[] {
  const named = file.list('intervals');
  if (!named) return INTERVALS;
  const chosen = INTERVALS.filter((interval) => named.includes(interval));
  const unknown = named.filter((name) => !(INTERVALS as readonly unknown[]).includes(name));
  if (unknown.length > 0) file.problem('intervals', `has ${unknown.map(String).join(', ')}: use some of ${INTERVALS.join(', ')}`);
  else if (chosen.length === 0) file.problem('intervals', `is empty: name some of ${INTERVALS.join(', ')}`);
  return chosen;
}

function horizons(file: Fields): Readonly<Record<Interval, number>> {
  const bars = { ...DEFAULT_HORIZON };
  const own = file.object('horizon_bars');
  for (const interval of INTERVALS) {
    if (own?.has(interval)) bars[interval] = own.number(interval, 'a whole number of bars from 1 to 10000', from1To10000) ?? bars[interval];
  }
  own?.noOthers();
  return bars;
}

const from1To10000 = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 10_000;

function instruments(file: Fields): Map<string, ConfiguredInstrument> {
  const byKey = new Map<string, ConfiguredInstrument>();
  const symbols = file.object('symbols');
  for (const symbol of symbols?.keys() ?? []) {
    const fields = symbols?.object(symbol);
    if (!symbols || !fields) continue;
    const key = instrumentKey(symbol);
    const same = byKey.get(key);
    if (!isSymbol(symbol) || symbol !== symbol.toUpperCase() || key === '') symbols.problem(symbol, 'is no symbol: use 1 to 20 of A-Z 0-9 . _ / -');
    else if (same) symbols.problem(symbol, `names the same instrument as ${same.symbol}: keep one spelling`);
    const instrument = instrumentOf(symbol, fields);
    if (instrument && !same) byKey.set(key, instrument);
  }
  return byKey;
}

function instrumentOf(symbol: string, fields: Fields): ConfiguredInstrument | null {
  const step = (name: string): number | undefined => fields.number(name, 'a number above 0', (value) => value > 0 && Number.isFinite(value));
  const name = fields.text('name');
  const assetClass = fields.choice('asset_class', ['equity', 'crypto']);
  const currency = fields.text('currency');
  const hours = fields.choice('hours', ['us_equity', 'always']);
  const tickSize = step('tick_size');
  const lotSize = step('lot_size');
  const sources = { ...DEFAULT_SOURCES, ...(fields.has('sources') ? sourcesOf(fields) : {}) };
  fields.noOthers();
  if (name === undefined || !assetClass || currency === undefined || !hours || tickSize === undefined || lotSize === undefined) return null;
  return { symbol, name, assetClass, currency, hours, tickSize, lotSize, sources, listed: true };
}

function sourcesOf(fields: Fields): Record<string, SourceFormat> {
  const formats: Record<string, SourceFormat> = {};
  const sources = fields.object('sources');
  for (const source of sources?.keys() ?? []) {
    const format = sources?.object(source);
    const timestamps = format?.choice('timestamps', ['utc', 'exchange_local', 'session_date'] satisfies TimestampKind[]);
    const volume = format?.choice('volume', ['base', 'quote']);
    format?.noOthers();
    if (timestamps && volume) formats[source] = { timestamps, volume };
  }
  return formats;
}
