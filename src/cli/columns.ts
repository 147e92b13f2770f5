import { fit, type Paint } from './text.js';

export type Column<Row> = readonly [title: string, text: (row: Row) => string, widest?: number];

/** One line each below a header, every column as wide as what is in it, at most `widest`. */
export function inColumns<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string[] {
  const widths = columns.map(([title, text, widest = 60]) => Math.min(widest, Math.max(title.length, ...rows.map((row) => text(row).length))));
  const line = (texts: readonly string[]): string => texts.map((text, at) => fit(text, widths[at]!)).join('  ').trimEnd();
  return [paint(line(columns.map(([title]) => title)), 'dim'), ...rows.map((row) => line(columns.map(([, text]) => text(row))))];
}
