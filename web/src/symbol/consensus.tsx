import type { SignalUpdate } from 'conclave/client';
import type { ReactNode } from 'react';
import { useMarketNow } from '../clock.js';
import { change, number, percent, span, timeOfDay } from '../format.js';
import { Age } from '../signal-parts.js';
import { Empty } from '../ui/states.js';
import { voteSentence } from '../words.js';
import type { PanelView } from './panel-view.js';
import { Ring } from './ring.js';

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return <div className="flex items-baseline justify-between gap-3"><dt className="text-muted">{label}</dt><dd className="text-right tabular-nums">{children}</dd></div>;
}

function Validity({ until }: { readonly until: string }) {
  const left = Date.parse(until) - useMarketNow();
  return left > 0 ? <>{span(left)} more, until {timeOfDay(until)}</> : <>ended {timeOfDay(until)}</>;
}

function triggerWords({ trigger }: SignalUpdate): string {
  const { kind, change_pct: points } = trigger as { readonly kind: string; readonly change_pct?: number };
  if (kind === 'price_move') return `price moved ${change(points)}`;
  return { request: 'asked for', schedule: 'schedule', first_subscription: 'first watched', candle: 'candle closed' }[kind] ?? kind.replaceAll('_', ' ');
}

const probability = ({ probability: found }: SignalUpdate): string =>
  found === null ? 'not calibrated yet' : `${percent(found.value)} (${percent(found.low)} to ${percent(found.high)}, ${number(found.samples, 0)} signals)`;

function Sentences({ title, of }: { readonly title: string; readonly of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <div>
      <h3 className="eyebrow">{title}</h3>
      <ul className="mt-0.5 space-y-0.5 text-xs">{of.map((sentence) => <li key={sentence}>{voteSentence(sentence)}</li>)}</ul>
    </div>
  );
}

/** `2 BUY, 1 HOLD, 3 waiting` */
function tally({ seats }: PanelView): string {
  const counts = new Map<string, number>();
  for (const { stance } of seats) counts.set(stance ?? 'waiting', (counts.get(stance ?? 'waiting') ?? 0) + 1);
  return ['BUY', 'SELL', 'HOLD', 'ABSTAIN', 'waiting'].flatMap((stance) => (counts.has(stance) ? [`${counts.get(stance)} ${stance}`] : [])).join(', ');
}

/** What the panel came to, and how firmly. */
export function Consensus({ view, last, digits }: { readonly view: PanelView; readonly last: SignalUpdate | null; readonly digits: number }) {
  const signal = view.signal ?? last;
  return (
    <section aria-labelledby="consensus" className="panel">
      <div className="flex items-center justify-between border-b border-line px-3 py-2">
        <h2 id="consensus" className="eyebrow">Consensus</h2>
        {signal && <span className="text-xs text-muted"><Age since={signal.timestamp} /> ago</span>}
      </div>
      {view.open && <p className="border-b border-line px-3 py-1.5 text-xs">The panel votes: {tally(view)}.{signal && ' Below is the signal before.'}</p>}
      {signal === null && !view.open && <Empty title="No signal yet.">Ask the panel by Analyse.</Empty>}
      {signal && <Decided signal={signal} digits={digits} />}
    </section>
  );
}

function Decided({ signal, digits }: { readonly signal: SignalUpdate; readonly digits: number }) {
  const { agents_consensus: { threshold, agreement, fault_domains: domains, tolerated_faults: faults, effective_voters: voters }, metadata } = signal;
  const { target_price: target, stop_loss: stop, reasoning, dissent } = metadata;
  return (
    <div className="space-y-3 p-3">
      <div className="flex items-center gap-4">
        <Ring signal={signal} />
        <dl className="min-w-0 flex-1 space-y-0.5 text-xs">
          <Fact label="Quorum">{percent(agreement)} of {percent(threshold)}</Fact>
          <Fact label="Confidence">{percent(signal.confidence)}</Fact>
          <Fact label="Probability">{probability(signal)}</Fact>
          <Fact label="Voters">{domains}, {faults} may fail</Fact>
          {voters != null && <Fact label="Worth">{number(voters, 1)} independent</Fact>}
          <Fact label="Price">{number(signal.price, digits)}</Fact>
          <Fact label="Target">{number(target, digits)}</Fact>
          <Fact label="Stop">{number(stop, digits)}</Fact>
        </dl>
      </div>
      <dl className="space-y-0.5 text-xs">
        <Fact label="Valid"><Validity until={signal.valid_until} /></Fact>
        <Fact label="Because of">{triggerWords(signal)}</Fact>
      </dl>
      <Sentences title="For it" of={reasoning} />
      <Sentences title="Dissent" of={dissent} />
    </div>
  );
}
