import { useId, useState, type KeyboardEvent } from 'react';
import type { SymbolInfo } from '../market.js';

const MOST = 8;
const plain = (text: string): string => text.toLowerCase().replace(/[/_-]/g, '');

function matches(known: readonly SymbolInfo[], text: string): readonly SymbolInfo[] {
  const sought = plain(text.trim());
  const found = known.filter(({ symbol, name }) => plain(symbol).includes(sought) || plain(name).includes(sought));
  return [...found].sort((a, b) => Number(plain(b.symbol).startsWith(sought)) - Number(plain(a.symbol).startsWith(sought))).slice(0, MOST);
}

/** A combobox after the ARIA pattern: type, arrows, Enter; Escape closes. */
export function SymbolSearch({ known, onPick }: { readonly known: readonly SymbolInfo[]; readonly onPick: (symbol: string) => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = matches(known, text);
  const pick = (info: SymbolInfo | undefined): void => {
    if (!info) return;
    onPick(info.symbol);
    setText('');
    setOpen(false);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt((at + step + found.length) % found.length);
    } else if (event.key === 'Enter' && open) pick(found[at]);
    else if (event.key === 'Escape') setOpen(false);
  };
  return (
    <div className="relative w-full max-w-72">
      <input
        role="combobox" aria-label="Add a symbol" aria-autocomplete="list" aria-expanded={open} aria-controls={`${id}-list`}
        aria-activedescendant={open && found[at] ? `${id}-${at}` : undefined} placeholder="Add a symbol" autoComplete="off" spellCheck={false}
        value={text} onKeyDown={onKey} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)}
        onChange={(event) => { setText(event.target.value); setAt(0); setOpen(true); }}
        className="min-h-8 w-full rounded-md border border-line bg-surface px-2.5 text-sm placeholder:text-muted"
      />
      <ul id={`${id}-list`} role="listbox" aria-label="Symbols" hidden={!open} className="absolute z-10 mt-1 max-h-80 w-full overflow-auto rounded-md border border-line bg-surface py-1 shadow-lg">
        {found.map((info, index) => (
          <li
            key={info.symbol} id={`${id}-${index}`} role="option" aria-selected={index === at}
            onPointerDown={(event) => { event.preventDefault(); pick(info); }} onPointerEnter={() => setAt(index)}
            className="flex cursor-pointer items-baseline gap-2 px-2.5 py-1 text-sm aria-selected:bg-raised"
          >
            <span className="font-semibold">{info.symbol}</span><span className="truncate text-muted">{info.name}</span>
          </li>
        ))}
        {found.length === 0 && <li role="option" aria-selected={false} aria-disabled className="px-2.5 py-1 text-sm text-muted">The feed knows no such symbol.</li>}
      </ul>
    </div>
  );
}
