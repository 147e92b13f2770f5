import { Link } from '@tanstack/react-router';
import type { SignalUpdate } from 'conclave/client';
import { number, percent } from '../format.js';
import { Age, Stance, strengthWord } from '../signal-parts.js';
import { Empty } from '../ui/states.js';

/** The latest signals of what is watched. */
export function Tape({ signals, digits }: { readonly signals: readonly SignalUpdate[]; readonly digits: ReadonlyMap<string, number> }) {
  return (
    <section aria-labelledby="tape" className="panel min-w-0">
      <h2 id="tape" className="eyebrow border-b border-line px-3 py-2">Latest signals</h2>
      {signals.length === 0 && <Empty title="No signal yet.">The panel votes when a price moves, on its schedule, and when it is asked.</Empty>}
      <ol>
        {signals.map(({ signal_id: id, symbol, action, price, timestamp, agents_consensus: { agreement, consensus_strength: strength } }) => (
          <li key={id} className="border-b border-line/60 last:border-0 hover:bg-raised/60">
            <Link to="/signals/$id" params={{ id }} className="grid grid-cols-[4.5rem_4.75rem_minmax(0,1fr)_auto_3.25rem] items-center gap-2 px-3 py-1.5 text-sm">
              <span className="font-semibold">{symbol}</span>
              <span><Stance of={action} /></span>
              <span className="truncate text-xs text-muted">{strengthWord(strength)} · <span className="sr-only">agreement </span>{percent(agreement)}</span>
              <span className="num text-xs">{number(price, digits.get(symbol) ?? 2)}</span>
              <span className="num text-xs text-muted"><Age since={timestamp} /></span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
