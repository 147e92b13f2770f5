import { useState } from 'react';
import { number, percent } from '../format.js';
import { Stance } from '../signal-parts.js';
import { Badge } from '../ui/badge.js';
import type { PanelView, Seat } from './panel-view.js';

const BARS: Readonly<Record<string, string>> = { BUY: 'bg-buy', SELL: 'bg-sell', HOLD: 'bg-hold' };

const reasonWords = (reason: string): string => reason.toLowerCase().replaceAll('_', ' ');

function Words({ seat: { reasoning, faultDomain, latencyMs } }: { readonly seat: Seat }) {
  return (
    <div className="space-y-1 pb-2 pl-1 text-xs text-muted">
      {reasoning.length === 0 ? <p>It gave no reasons.</p> : <ul className="list-disc space-y-0.5 pl-4 text-text">{reasoning.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>}
      <p>{faultDomain !== null && <>fault domain {faultDomain}</>}{latencyMs !== null && <> · {number(latencyMs, latencyMs < 10 ? 1 : 0)} ms</>}</p>
    </div>
  );
}

function SeatRow({ seat }: { readonly seat: Seat }) {
  const [open, setOpen] = useState(false);
  const { id, name, stance, confidence, share, reason } = seat;
  return (
    <li data-seat={id} className="border-b border-line/60 px-3 last:border-0">
      <button
        type="button" aria-expanded={open} disabled={stance === null} onClick={() => setOpen(!open)}
        className="grid w-full grid-cols-[minmax(0,1fr)_5.25rem_4.5rem_2.75rem] items-center gap-2 py-1 text-left text-sm"
      >
        <span className="truncate" title={name}>{name}</span>
        {stance === null ? <span className="text-xs text-muted">waiting</span> : <span><Stance of={stance} /></span>}
        {stance === null || stance === 'ABSTAIN' ? <span className="truncate text-xs text-muted">{reason ? reasonWords(reason) : ''}</span> : (
          <span className="flex items-center gap-1.5">
            <span aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-raised"><span className={`block h-full ${BARS[stance] ?? ''}`} style={{ width: percent(confidence).replace(/[^\d]/g, '') + '%' }} /></span>
            <span className="num w-7 text-xs"><span className="sr-only">confidence </span>{number(confidence * 100, 0)}</span>
          </span>
        )}
        <span className="num text-xs text-muted">{share !== null && stance !== 'ABSTAIN' && <><span className="sr-only">weight </span>{percent(share)}</>}</span>
      </button>
      {open && <Words seat={seat} />}
    </li>
  );
}

/** Who sits on the panel; each seat fills as its vote lands. */
export function Panel({ view: { seats, open } }: { readonly view: PanelView }) {
  const voted = seats.filter(({ stance }) => stance !== null).length;
  return (
    <section aria-labelledby="panel" className="panel">
      <div className="flex items-center justify-between border-b border-line px-3 py-2">
        <h2 id="panel" className="eyebrow">Panel</h2>
        <span role="status" className="text-xs text-muted">{open ? <Badge tone="warn">voting: {voted} of {seats.length}</Badge> : `${voted} of ${seats.length} voted`}</span>
      </div>
      <div aria-hidden className="grid grid-cols-[minmax(0,1fr)_5.25rem_4.5rem_2.75rem] gap-2 px-3 pt-1.5 text-xs text-muted">
        <span>Analyst</span><span>Vote</span><span>Confidence</span><span className="text-right">Weight</span>
      </div>
      <ul aria-label="Analysts">{seats.map((seat) => <SeatRow key={seat.id} seat={seat} />)}</ul>
    </section>
  );
}
