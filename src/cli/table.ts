import type { Board, CastVote, Row } from './board.js';
import { ageText, EMPTY, fit, priceText, STANCE_COLOUR } from './text.js';
import type { Colour, Paint } from './text.js';
import { isSimulated } from '../model/price-update.js';

export interface TableView {
  /** Columns of the terminal; no line is wider. */
  readonly width: number;
  /** Rows of the terminal; symbols beyond are counted, not shown. */
  readonly height: number;
  readonly now: number;
  readonly paint: Paint;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  text(row: Row, now: number): string;
  colour?(row: Row): Colour | undefined;
}

const share = (value: number | undefined): string => (value === undefined ? EMPTY : `${Math.round(value * 100)}%`);

const COLUMNS: readonly Column[] = [
  { title: 'SYMBOL', width: 8, align: 'left', text: ({ symbol }) => symbol, colour: () => 'bold' },
  { title: 'PRICE', width: 10, align: 'right', text: ({ price }) => (price === null ? EMPTY : priceText(price)) },
  { title: '', width: 9, align: 'left', text: ({ source }) => (isSimulated(source) ? 'SIMULATED' : source ?? ''), colour: () => 'dim' },
  { title: 'ACTION', width: 6, align: 'left', text: ({ consensus }) => consensus?.action ?? EMPTY, colour: ({ consensus }) => STANCE_COLOUR[consensus?.action ?? ''] },
  { title: 'CONF', width: 4, align: 'right', text: ({ consensus }) => share(consensus?.confidence) },
  { title: 'STRENGTH', width: 9, align: 'left', text: ({ consensus }) => consensus?.strength ?? EMPTY },
  { title: 'AGR', width: 4, align: 'right', text: ({ consensus }) => share(consensus?.agreement) },
  { title: 'AGE', width: 3, align: 'right', text: ({ decidedAt }, now) => (decidedAt === null ? EMPTY : ageText(now - decidedAt)) },
];
/** What goes first where the terminal is narrow. */
const DISPENSABLE = ['AGR', 'STRENGTH', 'AGE', '', 'CONF', 'PRICE'];
const CELL = 3;
const WIDEST_CELL = 8;
const INDENT = 2;

/** The board as lines, votes beside the consensus where they fit, below it where not. */
export function table(board: Board, { width, height, now, paint }: TableView): string[] {
  const columns = fitting(width);
  const base = widthOf(columns);
  const analysts = board.analysts;
  const cell = Math.min(WIDEST_CELL, Math.floor((width - base - 2) / Math.max(1, analysts.length)) - 1);
  const beside = cell >= CELL;
  const size = beside ? cell : CELL;
  const perLine = Math.max(1, Math.floor((width - INDENT + 1) / (size + 1)));
  const titles = abbreviate(analysts, size);
  const header = columns.map(({ title, width: w, align }) => fit(title, w, align)).join(' ');

  const lines = [paint(fit(beside ? `${header}  ${titles.map((t) => fit(t, size)).join(' ')}` : header, width).trimEnd(), 'dim')];
  const rowLines = (row: Row): string[] => {
    const cells = analysts.map((id) => voteCell(row.votes.get(id), size, paint));
    const first = columns.map((column) => painted(column, row, now, paint)).join(' ');
    return beside ? [`${first}  ${cells.join(' ')}`] : [first, ...chunk(cells, perLine).map((some) => ' '.repeat(INDENT) + some.join(' '))];
  };
  if (!beside) lines.push(...chunk(titles.map((t) => fit(t, size)), perLine).map((some) => paint(' '.repeat(INDENT) + some.join(' '), 'dim')));

  const footer = legend(analysts, titles, width).map((line) => paint(line, 'dim'));
  const perRow = beside || analysts.length === 0 ? 1 : 1 + Math.ceil(analysts.length / perLine);
  const shown = Math.max(1, Math.floor((height - lines.length - footer.length - 1) / perRow));
  const rows = board.rows;
  for (const row of rows.slice(0, shown)) lines.push(...rowLines(row).map((line) => line.trimEnd()));
  if (rows.length > shown) lines.push(paint(fit(`… and ${rows.length - shown} more symbols`, width).trimEnd(), 'dim'));
  return [...lines, ...footer];
}

const widthOf = (columns: readonly Column[]): number => columns.reduce((sum, column) => sum + column.width + 1, -1);

function fitting(width: number): readonly Column[] {
  return DISPENSABLE.reduce<readonly Column[]>(
    (columns, title) => (widthOf(columns) <= width ? columns : columns.filter((column) => column.title !== title)),
    COLUMNS,
  );
}

function painted(column: Column, row: Row, now: number, paint: Paint): string {
  const text = fit(column.text(row, now), column.width, column.align);
  const colour = column.colour?.(row);
  return colour === undefined ? text : paint(text, colour);
}

/** `B92`: BUY with confidence 0.92; `–` abstains; blank has not voted. A full 1 is `B1.` in a narrow cell. */
function voteCell(vote: CastVote | undefined, width: number, paint: Paint): string {
  if (vote === undefined) return ' '.repeat(width);
  if (vote.signal === 'ABSTAIN') return paint(fit(EMPTY, width), 'dim');
  const percent = Math.round(vote.confidence * 100);
  const text = `${vote.signal.slice(0, 1)}${percent < 100 ? String(percent).padStart(2, '0') : width > CELL ? '100' : '1.'}`;
  return paint(fit(text, width), STANCE_COLOUR[vote.signal] ?? 'dim');
}

/** Short names, all different: first letters, or first letters and a later one where two would be equal. */
export function abbreviate(names: readonly string[], width: number): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const candidates = [name.slice(0, width), ...[...name.slice(width)].map((letter) => name.slice(0, width - 1) + letter)];
    const numbered = Array.from({ length: 99 }, (_, n) => `${name.slice(0, Math.max(1, width - String(n + 2).length))}${n + 2}`);
    const free = [...candidates, ...numbered].find((candidate) => !taken.has(candidate)) ?? name;
    taken.add(free);
    return free;
  });
}

/** Says in full what the titles cut, wrapped. */
function legend(names: readonly string[], titles: readonly string[], width: number): string[] {
  const cut = names.flatMap((name, at) => (titles[at] === name ? [] : [`${titles[at]} ${name}`]));
  const lines: string[] = [];
  for (const entry of cut) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + entry.length <= width) lines[lines.length - 1] = `${last}, ${entry}`;
    else lines.push(fit(entry, Math.min(width, entry.length)));
  }
  return lines;
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
