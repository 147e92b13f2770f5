import { Link } from '@tanstack/react-router';
import { money, percent } from '../../format.js';
import { Age } from '../../signal-parts.js';
import { Stat } from '../../ui/stat.js';
import { Change, Gain, MoneyBadge } from '../parts.js';
import type { Account, Agent } from '../types.js';
import { AgentControls } from './controls.js';
import { RunBadge } from './run-badge.js';

/** Who it is, whether it runs and why not, its account, and its switches. */
export function AgentHeader({ agent, account }: { readonly agent: Agent; readonly account: Account | null }) {
  const { agent_id: id, name, model, decided_by: by, why, paused, interval_s: interval, reason, error, cycle_count: cycles, last_decision_time: last, win_rate: wins, trades, max_drawdown: drawdown } = agent;
  const gain = account && account.total_balance - account.initial_balance;
  return (
    <header className="panel space-y-3 p-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0">
          <p className="text-xs text-muted"><Link to="/trading/agents" className="hover:underline">Agents</Link> / {id}</p>
          <h1 className="flex flex-wrap items-center gap-2 text-xl leading-tight font-bold">{name} <RunBadge agent={agent} /> {account && <MoneyBadge broker={account.broker} />}</h1>
          <p className="mt-0.5 text-sm text-muted">{by === 'rules' ? 'Decided by rules' : `Decided by ${model}`}{why && <span> · {why}</span>}</p>
        </div>
        <div className="sm:ml-auto"><AgentControls agentId={id} name={name} paused={paused} intervalS={interval} /></div>
      </div>
      {(reason ?? error) && <p role="status" className="rounded-md bg-warn-ground px-2.5 py-1.5 text-sm text-warn">{paused ? 'Paused: ' : ''}{reason ?? `Its last cycle failed: ${error}`}</p>}
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4 xl:grid-cols-8">
        <Stat label="Equity">{money(account?.total_balance, account?.currency)}</Stat>
        <Stat label="Return" note={gain !== null && <Gain of={gain} currency={account?.currency ?? 'USD'} />}><Change points={gain === null ? agent.return_pct : (gain / account!.initial_balance) * 100} /></Stat>
        <Stat label="Unrealised"><Gain of={account?.unrealized_pnl ?? null} currency={account?.currency ?? 'USD'} /></Stat>
        <Stat label="Available" note={account && `${percent(account.used_percentage / 100)} used`}>{money(account?.available_balance, account?.currency)}</Stat>
        <Stat label="Win rate" note={`${trades ?? 0} ${trades === 1 ? 'trade' : 'trades'}`}>{percent(wins)}</Stat>
        <Stat label="Worst drawdown"><Change points={drawdown === null ? null : -drawdown * 100} /></Stat>
        <Stat label="Cycles">{cycles}</Stat>
        <Stat label="Last decision">{last ? <><Age since={last} /> ago</> : 'none yet'}</Stat>
      </dl>
    </header>
  );
}
