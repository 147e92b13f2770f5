import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { money, percent } from '../../format.js';
import { Age } from '../../signal-parts.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Cell, Table } from '../../ui/table.js';
import { Listen } from '../listen.js';
import { Change, Gain } from '../parts.js';
import { accountsQuery, agentsQuery } from '../queries.js';
import { touch } from '../touch.js';
import type { Agent } from '../types.js';
import { RunBadge } from './run-badge.js';

const changed = (): void => touch('agents');
const HEARD = { agent_status: changed, trade_executed: changed } as const;

interface Props {
  /** Without what there is only room for on a page of its own. */
  readonly brief?: boolean;
}

/** The leaderboard. */
export function AgentTable({ brief = false }: Props) {
  const { data: agents, error, refetch } = useQuery(agentsQuery);
  const { data: accounts } = useQuery(accountsQuery);
  if (error && !agents) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!agents) return <Loading what="Loading the agents" />;
  if (agents.length === 0) return <Empty title="No agent trades.">Name agents in config/agents.yaml; each trades an account of its own.</Empty>;
  const columns = [
    { label: 'Rank', numeric: true }, { label: 'Agent' }, { label: 'State' }, ...(brief ? [] : [{ label: 'Equity', numeric: true, wide: true }]), { label: 'Return', numeric: true },
    ...(brief ? [] : [
      { label: 'P&L', numeric: true, wide: true }, { label: 'Win rate', numeric: true, wide: true }, { label: 'Trades', numeric: true, wide: true },
      { label: 'Drawdown', numeric: true, wide: true }, { label: 'Cycles', numeric: true, wide: true }, { label: 'Last decision', numeric: true, wide: true },
    ]),
  ];
  return (
    <>
      {agents.map(({ agent_id: id }) => <Listen key={id} room={`agent:${id}`} on={HEARD} onJoined={changed} />)}
      <Table caption="Agents, the best return first" columns={columns}>
        {agents.map((agent) => <Row key={agent.agent_id} agent={agent} brief={brief} currency={accounts?.find(({ account_id: id }) => id === agent.agent_id)?.currency ?? 'USD'} />)}
      </Table>
    </>
  );
}

function Row({ agent, brief, currency }: { readonly agent: Agent; readonly brief: boolean; readonly currency: string }) {
  const { agent_id: id, name, rank, decided_by: by, total_balance: equity, pnl, return_pct: gain, win_rate: wins, trades, max_drawdown: drawdown, cycle_count: cycles, last_decision_time: last } = agent;
  return (
    <tr data-agent={id}>
      <Cell numeric className="text-muted">{rank}</Cell>
      <Cell>
        <Link to="/trading/agents/$agentId" params={{ agentId: id }} className="font-semibold hover:text-accent hover:underline">{name}</Link>
        <div className="text-xs text-muted">{by === 'rules' ? 'decided by rules' : by}</div>
      </Cell>
      <Cell><RunBadge agent={agent} /></Cell>
      {!brief && <Cell numeric wide>{money(equity, currency)}</Cell>}
      <Cell numeric className="font-medium"><Change points={gain} /></Cell>
      {!brief && (
        <>
          <Cell numeric wide><Gain of={pnl} currency={currency} /></Cell>
          <Cell numeric wide>{percent(wins)}</Cell>
          <Cell numeric wide>{trades ?? '–'}</Cell>
          <Cell numeric wide><Change points={drawdown === null ? null : -drawdown * 100} /></Cell>
          <Cell numeric wide>{cycles}</Cell>
          <Cell numeric wide className="text-muted">{last ? <Age since={last} /> : 'none yet'}</Cell>
        </>
      )}
    </tr>
  );
}
