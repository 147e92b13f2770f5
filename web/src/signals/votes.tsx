import { useState } from 'react';
import { number, percent } from '../format.js';
import { Stance } from '../signal-parts.js';
import { Card } from '../ui/card.js';
import { Cell, Table } from '../ui/table.js';
import { analystName, plainWords } from '../words.js';
import type { Explanation, FullSignal, Opinion, WithoutAnalyst } from './signal-data.js';

const COLUMNS = [
  { label: 'Analyst' }, { label: 'Vote' }, { label: 'Confidence', numeric: true }, { label: 'Share of the weight', wide: true },
  { label: 'Without it' }, { label: 'Latency', numeric: true, wide: true },
];
/** Once it is known who was right. */
const SCORE = { label: 'Right', wide: true };
const BARS: Readonly<Record<string, string>> = { BUY: 'bg-buy', SELL: 'bg-sell', HOLD: 'bg-hold' };
const milliseconds = (ms: number): string => `${number(ms, ms < 10 ? 2 : 0)} ms`;

function WithoutIt({ of }: { readonly of: WithoutAnalyst | undefined }) {
  if (!of) return <span className="text-muted">–</span>;
  const { verdict: { kind, action, agreement }, changes } = of;
  if (kind === 'too_few_domains') return <span className="font-semibold text-warn">too few voters</span>;
  return (
    <span className={`whitespace-nowrap tabular-nums ${changes ? 'font-semibold text-warn' : 'text-muted'}`}>
      {changes && <span aria-hidden>! </span>}{action} {percent(agreement)}{changes && <span className="sr-only">, decisive</span>}
    </span>
  );
}

function Share({ opinion: { signal, share }, most, why }: { readonly opinion: Opinion; readonly most: number; readonly why: string | null }) {
  if (share === 0) return <span className="text-xs text-muted">{why ? plainWords(why) : 'not counted'}</span>;
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="h-1.5 w-20 overflow-hidden rounded-full bg-raised">
        <span className={`block h-full rounded-full ${why === null ? (BARS[signal] ?? '') : 'bg-line'}`} style={{ width: `${(share / most) * 100}%` }} />
      </span>
      <span className="text-xs tabular-nums">{percent(share)}</span>
      {why !== null && <span className="text-xs text-muted">{plainWords(why)}</span>}
    </span>
  );
}

interface RowProps {
  readonly opinion: Opinion;
  readonly signal: FullSignal;
  readonly explanation: Explanation | undefined;
  readonly digits: number;
  readonly most: number;
}

function Row({ opinion, signal, explanation, digits, most }: RowProps) {
  const [open, setOpen] = useState(false);
  const { agent_id: id, name, signal: stance, confidence, reasoning, reason, fault_domain: domain, latency_ms: latency, target_price: target, stop_loss: stop, weight, step, round } = opinion;
  const part = explanation?.contributions.find(({ agent_id: other }) => other === id);
  const scores = signal.outcome?.scores;
  const score = scores?.[id];
  return (
    <>
      <tr data-vote={id}>
        <Cell>
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex items-start gap-1.5 text-left">
            <span aria-hidden className="mt-px text-muted">{open ? '▾' : '▸'}</span>
            <span>{analystName(name)}<span className="block text-xs text-muted max-sm:hidden">{domain}</span></span>
          </button>
        </Cell>
        <Cell><Stance of={stance} /></Cell>
        <Cell numeric>{stance === 'ABSTAIN' ? <span className="text-muted">–</span> : percent(confidence)}</Cell>
        <Cell wide><Share opinion={opinion} most={most} why={stance === 'ABSTAIN' ? (reason ?? 'abstained') : (part?.not_counted ?? null)} /></Cell>
        <Cell><WithoutIt of={explanation?.without_analyst.find(({ agent_id: other }) => other === id)} /></Cell>
        <Cell numeric wide className="text-muted">{milliseconds(latency)}</Cell>
        {scores && <Cell wide>{score === undefined ? <span className="text-muted">–</span> : score === 1 ? <span className="text-buy">✓<span className="sr-only"> right</span></span> : <span className="text-sell">✗<span className="sr-only"> wrong</span></span>}</Cell>}
      </tr>
      {open && (
        <tr>
          <td colSpan={COLUMNS.length + (scores ? 1 : 0)} className="bg-raised/40 px-4 py-2 text-sm">
            {reasoning.length === 0 ? <p className="text-muted">It gave no reasons.</p> : <ul className="max-w-prose list-disc space-y-0.5 pl-5">{reasoning.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>}
            <p className="mt-1.5 text-xs text-muted tabular-nums">
              fault domain {domain} · weight {number(weight, 2)}{step !== undefined && <> · {step}{round ? ` of round ${round}` : ''}</>}
              {target !== undefined && <> · target {number(target, digits)}</>}{stop !== undefined && <> · stop {number(stop, digits)}</>}
            </p>
          </td>
        </tr>
      )}
    </>
  );
}

const ORDER: Readonly<Record<string, number>> = { BUY: 1, SELL: 1, HOLD: 1, ABSTAIN: 2 };

/** Who voted what, with which share, and what the verdict is without each. */
export function Votes({ signal, explanation, digits }: { readonly signal: FullSignal; readonly explanation: Explanation | undefined; readonly digits: number }) {
  const { action, opinions, agents_consensus: { completed_agents: completed, abstained_agents: abstained } } = signal;
  const rank = ({ signal: stance }: Opinion): number => (stance === action ? 0 : (ORDER[stance] ?? 1));
  const sorted = [...opinions].sort((a, b) => rank(a) - rank(b) || a.signal.localeCompare(b.signal) || b.share - a.share || b.confidence - a.confidence);
  const most = Math.max(...opinions.map(({ share }) => share), 1e-9);
  return (
    <Card title="Opinions" aside={<span className="text-xs text-muted">{completed} asked, {abstained} abstained · select one for its reasons</span>}>
      <Table caption="Opinions" columns={signal.outcome?.scores ? [...COLUMNS, SCORE] : COLUMNS}>
        {sorted.map((opinion) => <Row key={`${opinion.agent_id}:${opinion.step ?? ''}:${opinion.round ?? 0}`} opinion={opinion} signal={signal} explanation={explanation} digits={digits} most={most} />)}
      </Table>
    </Card>
  );
}
