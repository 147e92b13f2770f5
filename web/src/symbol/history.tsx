import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SignalResolved, SignalUpdate } from 'conclave/client';
import { useMarketNow } from '../clock.js';
import { change, dayTime, fullTime, hourMinute, number, percent } from '../format.js';
import { isValid, Stance, strengthWord } from '../signal-parts.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Cell, Table } from '../ui/table.js';
import type { History as Signals } from './use-history.js';

const COLUMNS = [
  { label: 'Time' }, { label: 'Action' }, { label: 'Strength', wide: true }, { label: 'Confidence', numeric: true, wide: true }, { label: 'Price', numeric: true },
  { label: 'Target', numeric: true, wide: true }, { label: 'Stop', numeric: true, wide: true }, { label: 'Outcome', numeric: true },
];
const STATUS: Readonly<Record<SignalResolved['status'], string>> = { target_hit: 'target hit', stop_hit: 'stop hit', expired: 'expired', unknown: 'unknown' };

function Outcome({ of, valid }: { readonly of: SignalResolved | undefined; readonly valid: boolean }) {
  if (of === undefined) return <span className="text-muted">{valid ? 'pending' : '–'}</span>;
  const { status, outcome_return: gain, correct } = of;
  return (
    <span title={correct === null ? undefined : correct ? 'The action was right' : 'The action was wrong'}>
      <span className="text-xs text-muted">{STATUS[status]} </span>
      {gain !== null && <span className={gain >= 0 ? 'text-buy' : 'text-sell'}>{change(gain * 100)}</span>}
      {correct !== null && <span aria-label={correct ? ', right' : ', wrong'}>{correct ? ' ✓' : ' ✗'}</span>}
    </span>
  );
}

function Row({ signal, outcome, digits, last }: { readonly signal: SignalUpdate; readonly outcome: SignalResolved | undefined; readonly digits: number; readonly last: boolean }) {
  const now = useMarketNow();
  const { signal_id: id, action, confidence, price, timestamp, metadata, agents_consensus: { agreement, consensus_strength: strength } } = signal;
  return (
    <tr data-signal={id}>
      <Cell className="whitespace-nowrap">
        <Link to="/signals/$id" params={{ id }} title={fullTime(timestamp)} className="text-accent hover:underline"><span className="max-sm:hidden">{dayTime(timestamp)}</span><span className="sm:hidden">{hourMinute(timestamp)}</span></Link>
        {last && <span className="ml-2"><Badge>last</Badge></span>}
      </Cell>
      <Cell><Stance of={action} /></Cell>
      <Cell wide className="whitespace-nowrap text-muted">{strengthWord(strength)} · {percent(agreement)}</Cell>
      <Cell numeric wide>{percent(confidence)}</Cell>
      <Cell numeric>{number(price, digits)}</Cell>
      <Cell numeric wide>{number(metadata.target_price, digits)}</Cell>
      <Cell numeric wide>{number(metadata.stop_loss, digits)}</Cell>
      <Cell numeric><Outcome of={outcome} valid={isValid(signal, now)} /></Cell>
    </tr>
  );
}

/** Rows at first, and with each asking for more: a page that is open all day does not grow by itself. */
const ROWS = 25;

/** A symbol's signals, newest first, page by page. */
export function History({ history: { signals, outcomes, error, again, more, loadingMore }, digits }: { readonly history: Signals; readonly digits: number }) {
  const [rows, setRows] = useState(ROWS);
  const hidden = signals !== undefined && signals.length > rows;
  const earlier = (): void => {
    setRows(rows + ROWS);
    if (signals !== undefined && signals.length < rows + ROWS) more?.();
  };
  return (
    <section aria-labelledby="history" className="panel min-w-0">
      <h2 id="history" className="eyebrow border-b border-line px-3 py-2">Signals</h2>
      {error && <div className="p-3"><ErrorNote error={error} again={again} /></div>}
      {!signals && !error && <Loading what="Loading the signals" />}
      {signals?.length === 0 && <Empty title="No signal yet.">Ask the panel by Analyse.</Empty>}
      {signals && signals.length > 0 && (
        <Table caption="Signals, newest first" columns={COLUMNS}>
          {signals.slice(0, rows).map((signal, at) => <Row key={signal.signal_id} signal={signal} outcome={outcomes[signal.signal_id]} digits={digits} last={at === 0} />)}
        </Table>
      )}
      {(more ?? hidden) && <div className="border-t border-line p-2 text-center"><Button busy={loadingMore} onClick={earlier}>Earlier signals</Button></div>}
    </section>
  );
}
