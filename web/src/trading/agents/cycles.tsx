import { useQuery } from '@tanstack/react-query';
import { fullTime, percent, timeOfDay } from '../../format.js';
import { Badge } from '../../ui/badge.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { priced, quantity, Refusal, StatusBadge } from '../parts.js';
import { agentQuery } from '../queries.js';
import type { Cycle } from '../types.js';
import { actionWord } from '../words.js';

const LATEST = 50;

/** Each cycle: what it thought, what it wanted, and what became of that. */
export function Cycles({ agentId }: { readonly agentId: string }) {
  const { data: cycles, error, refetch } = useQuery(agentQuery<readonly Cycle[]>(agentId, 'decisions', LATEST));
  if (error && !cycles) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!cycles) return <Loading what="Loading the decisions" />;
  if (cycles.length === 0) return <Empty title="It has not decided yet.">Its first cycle comes an interval after the start.</Empty>;
  return <ol aria-label="Decisions, newest first" className="divide-y divide-line">{cycles.map((cycle) => <OneCycle key={cycle.cycle} cycle={cycle} />)}</ol>;
}

function OneCycle({ cycle: { cycle, timestamp, decided_by: by, ai_reasoning: reasoning, decisions, status, error } }: { readonly cycle: Cycle }) {
  const words = reasoning.startsWith(`${by}: `) ? reasoning.slice(by.length + 2) : reasoning;
  const said = error !== null && words === error ? '' : words;
  return (
    <li data-cycle={cycle} className="grid gap-x-4 gap-y-1 px-3 py-2.5 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <div className="text-xs text-muted">
        <time dateTime={timestamp} title={fullTime(timestamp)} className="tabular-nums">{timeOfDay(timestamp)}</time>
        <p>cycle {cycle} · {by}</p>
        {status !== 'done' && <StatusBadge status={status} />}
      </div>
      <div className="min-w-0 space-y-1.5">
        {error && <p className="text-sm text-sell">{error}</p>}
        {said && <p className="text-sm">{said}</p>}
        <ul className="space-y-1">
          {decisions.map((decision) => (
            <li key={`${decision.symbol} ${decision.action}`} className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 text-sm">
              <Badge tone={toneOf(decision.action)}>{actionWord(decision.action)}</Badge>
              <span className="font-semibold">{decision.symbol}</span>
              {decision.quantity > 0 && <span className="tabular-nums">{quantity(decision.quantity)}{decision.leverage > 1 && ` at ${decision.leverage}×`}</span>}
              {decision.confidence !== null && <span className="text-xs text-muted tabular-nums">{percent(decision.confidence)} sure</span>}
              {decision.target_price !== null && <span className="text-xs text-muted tabular-nums">target {priced(decision.target_price)}</span>}
              {decision.stop_loss !== null && <span className="text-xs text-muted tabular-nums">stop {priced(decision.stop_loss)}</span>}
              {decision.status && <StatusBadge status={decision.status} />}
              {decision.gate && <Refusal gate={decision.gate} />}
              {decision.error && <span className="text-xs text-sell">{decision.error}</span>}
              {!reasoning.includes(decision.reason) && <span className="text-xs text-muted">{decision.reason}</span>}
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

const toneOf = (action: string) => (action === 'open_long' ? 'buy' : action === 'open_short' ? 'sell' : action.startsWith('close') ? 'warn' : 'plain');
