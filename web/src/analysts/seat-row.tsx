import { useState } from 'react';
import { compact, money, number, percent } from '../format.js';
import { Badge } from '../ui/badge.js';
import { Cell } from '../ui/table.js';
import { analystName } from '../words.js';
import { SeatDetail } from './seat-detail.js';
import { abstentions, type Seat } from './seats.js';
import { VoteBar } from './vote-bar.js';

export const COLUMNS = [
  { label: 'Analyst' }, { label: 'Weight', numeric: true }, { label: 'Votes: buy, sell, hold' }, { label: 'Abstained', numeric: true, wide: true },
  { label: 'With the majority', numeric: true, wide: true }, { label: 'Mean', numeric: true, wide: true }, { label: 'p95', numeric: true, wide: true },
  { label: 'Tokens', numeric: true, wide: true }, { label: 'Dollars', numeric: true, wide: true },
];

const milliseconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${number(ms, ms < 10 ? 2 : 0)} ms`);

function Presence({ seat: { kind, state, conduct, family, model } }: { readonly seat: Seat }) {
  return (
    <>
      {kind !== 'rule' && <Badge>{kind === 'model' ? (model ?? family ?? 'model') : 'remote'}</Badge>}
      {kind === 'remote' && <Badge tone={state === 'seated' ? 'buy' : 'plain'}>{state === 'seated' ? 'seated' : 'away'}</Badge>}
      {conduct?.hostile === true && <Badge tone="sell" title={conduct.why ?? undefined}>hostile</Badge>}
    </>
  );
}

/** One seat; what it has no room for unfolds. */
export function SeatRow({ seat }: { readonly seat: Seat }) {
  const [open, setOpen] = useState(false);
  const { agent_id: id, name, state, weight, fault_domain: domain, statistics, usage } = seat;
  const abstained = statistics ? abstentions(statistics) : 0;
  const faded = state === 'away' ? 'text-muted' : '';
  return (
    <>
      <tr data-seat={id} data-state={state}>
        <Cell>
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex items-start gap-1.5 text-left">
            <span aria-hidden className="mt-px text-muted">{open ? '▾' : '▸'}</span>
            <span>
              <span className={`flex flex-wrap items-center gap-x-2 gap-y-0.5 font-medium ${faded}`}>{analystName(name)} <Presence seat={seat} /></span>
              <span className="block text-xs text-muted">{domain}</span>
            </span>
          </button>
        </Cell>
        <Cell numeric>{number(weight, 2)}</Cell>
        <Cell className="w-40">{statistics ? <VoteBar of={statistics} /> : <span className="text-xs text-muted">not asked yet</span>}</Cell>
        <Cell numeric wide>{statistics && statistics.asked > 0 ? percent(abstained / statistics.asked) : '–'}</Cell>
        <Cell numeric wide>{percent(statistics?.majority.share)}</Cell>
        <Cell numeric wide>{milliseconds(statistics?.latency?.mean)}</Cell>
        <Cell numeric wide>{milliseconds(statistics?.latency?.p95)}</Cell>
        <Cell numeric wide>{usage ? compact(usage.total_tokens) : '–'}</Cell>
        <Cell numeric wide>{usage ? money(usage.usd, 'USD', 4) : '–'}</Cell>
      </tr>
      {open && <tr><td colSpan={COLUMNS.length} className="bg-raised/40 px-4 py-3"><SeatDetail seat={seat} /></td></tr>}
    </>
  );
}
