export type AssetClass = 'equity' | 'crypto';

/** How a source writes its timestamps: UTC, the exchange's wall time written as if it were UTC, or bare session dates. */
export type TimestampKind = 'utc' | 'exchange_local' | 'session_date';

export interface Instrument {
  /** The one spelling on the wire, as in `config/symbols.yaml`. */
  readonly symbol: string;
  readonly name: string;
  readonly assetClass: AssetClass;
  /** Quote currency. */
  readonly currency: string;
  /** When it trades: New York sessions, or always. */
  readonly hours: 'us_equity' | 'always';
  /** Smallest step of a price. */
  readonly tickSize: number;
  /** Smallest step of a quantity. */
  readonly lotSize: number;
}

const SYMBOL = /^[A-Z0-9._/-]{1,20}$/;

/** True for 1 to 20 of `A-Z 0-9 . _ / -`, any case. */
export const isSymbol = (text: string): boolean => SYMBOL.test(text.toUpperCase());

/** Spellings with equal keys name one instrument: upper case without `/ - _`. */
export const instrumentKey = (symbol: string): string => symbol.toUpperCase().replace(/[/_-]/g, '');

/** What an instrument's price is about: BTC of BTCUSDT and BTC/USD; an equity is its own. */
export const underlyingOf = ({ symbol, assetClass }: Pick<Instrument, 'symbol' | 'assetClass'>): string => {
  const key = instrumentKey(symbol);
  return assetClass === 'crypto' ? key.replace(/(?<=.)(USDT|USDC|USD|EUR)$/, '') : key;
};
