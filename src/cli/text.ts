/** How values look in a terminal. */
export const EMPTY = '–';

export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';
/** Colours a text, or leaves it; never changes its width. */
export type Paint = (text: string, colour: Colour) => string;

const CODE: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

export const plain: Paint = (text) => text;
export const ansi: Paint = (text, colour) => `\x1b[${CODE[colour]}m${text}\x1b[0m`;

export const STANCE_COLOUR: Readonly<Record<string, Colour>> = { BUY: 'green', SELL: 'red', HOLD: 'yellow', ABSTAIN: 'dim' };

/** What came from a server goes to the terminal without control characters. */
export const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

/** Cut or padded to exactly `width` columns; `…` marks a cut. */
export const fit = (raw: string, width: number, align: 'left' | 'right' = 'left'): string => {
  const text = clean(raw);
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…`.slice(0, width) : text;
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width);
};

/** Two decimals, more for what costs little: 187.23, 0.5124, 0.000012. */
export const priceText = (price: number): string => {
  if (!Number.isFinite(price)) return EMPTY;
  const size = Math.abs(price);
  return size >= 10 || size === 0 ? price.toFixed(2) : size >= 0.01 ? price.toFixed(4) : price.toPrecision(3);
};

/** 7s, 3m, 2h, 5d. */
export const ageText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
};
