import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { money, number } from '../format.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { counted, plainWords } from '../words.js';
import { callsOfRun, type Call } from './call.js';
import { CallDetail } from './call-detail.js';

function Asked({ call }: { readonly call: Call }) {
  const [open, setOpen] = useState(false);
  const { agent, step, round, attempt, model, outcome, latency_ms: latency, tokens, usd } = call;
  return (
    <li data-call={call.call_id}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-left text-sm hover:bg-raised/60">
        <span aria-hidden className="text-muted">{open ? '▾' : '▸'}</span>
        <span className="font-medium">{agent}</span>
        <span className="text-muted">{model}{step !== 'analyst' && `, ${step}${round > 0 ? ` ${round}` : ''}`}{attempt > 1 && `, attempt ${attempt}`}</span>
        <Badge tone={outcome === 'OK' ? 'plain' : 'warn'}>{outcome === 'OK' ? 'answered' : plainWords(outcome)}</Badge>
        <span className="ml-auto flex gap-4 text-xs text-muted tabular-nums"><span>{number(latency, 0)} ms</span><span>{number(tokens.total, 0)} tokens</span><span>{money(usd, 'USD', 5)}</span></span>
      </button>
      {open && <div className="border-t border-line/60 bg-raised/40 p-3"><CallDetail call={call} /></div>}
    </li>
  );
}

/** What a run's models were asked and said. `expected`: how many there are; none is not asked for. */
export function Calls({ runId, expected }: { readonly runId: string; readonly expected: number }) {
  const { data, error, refetch } = useQuery({ ...callsOfRun(runId), enabled: expected > 0 });
  return (
    <Card title="Prompts and replies" aside={expected > 0 && <span className="text-xs text-muted">{counted(expected, 'call')}</span>}>
      {expected === 0 && <Empty title="No language model was asked.">This panel voted by rules alone.</Empty>}
      {error && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
      {expected > 0 && !data && !error && <Loading what="Loading the calls" />}
      {data && <ul className="divide-y divide-line/60">{data.map((call) => <Asked key={call.call_id} call={call} />)}</ul>}
    </Card>
  );
}
