import type { ReactNode, TdHTMLAttributes } from 'react';

interface Column {
  readonly label: string;
  /** Right-aligned, digits of one width. */
  readonly numeric?: boolean;
  /** For screen readers only, as of a column of buttons. */
  readonly hidden?: boolean;
  /** Left out on narrow screens; give its cells `wide` as well. */
  readonly wide?: boolean;
}

interface Props {
  /** What the table is, for screen readers; shown where `captioned`. */
  readonly caption: string;
  readonly captioned?: boolean;
  readonly columns: readonly Column[];
  /** Rows: `<tr>` of `Cell`. */
  readonly children: ReactNode;
}

/** Scrolls by itself where it is wider than its place. */
export function Table({ caption, captioned = false, columns, children }: Props) {
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={caption}>
      <table className="w-full border-collapse text-sm">
        <caption className={captioned ? 'eyebrow px-3 py-2 text-left' : 'sr-only'}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label, numeric, hidden, wide }) => (
              <th key={label} scope="col" className={`border-b border-line px-2 py-1.5 text-xs sm:px-3 font-semibold text-muted ${numeric ? 'num' : 'text-left'} ${wide ? 'max-sm:hidden' : ''}`}>
                {hidden ? <span className="sr-only">{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&>tr]:border-b [&>tr]:border-line/60 [&>tr:last-child]:border-0 [&>tr:hover]:bg-raised/60">{children}</tbody>
      </table>
    </div>
  );
}

interface CellProps extends TdHTMLAttributes<HTMLTableCellElement> {
  readonly numeric?: boolean;
  readonly wide?: boolean;
}

export function Cell({ numeric = false, wide = false, className = '', ...rest }: CellProps) {
  return <td {...rest} className={`px-2 py-1.5 align-middle sm:px-3 ${numeric ? 'num' : ''} ${wide ? 'max-sm:hidden' : ''} ${className}`} />;
}
