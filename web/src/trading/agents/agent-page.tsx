import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Tabs } from '../../ui/tabs.js';
import { Section } from '../parts.js';
import { PositionTable } from '../position-table.js';
import { agentQuery } from '../queries.js';
import type { Account, Agent, EquityPoint } from '../types.js';
import { AgentHeader } from './agent-header.js';
import { Analytics } from './analytics.js';
import { Cycles } from './cycles.js';
import { EquityCard } from './equity-card.js';
import { Performance } from './performance.js';
import { Reflections } from './reflections.js';
import { Trades } from './trades.js';
import { asPosition, useAgentRoom, type AgentPosition } from './use-agent.js';

const MOST_POINTS = 500;
const TABS = [
  { id: 'decisions', label: 'Decisions' }, { id: 'trades', label: 'Trades' }, { id: 'performance', label: 'Performance' }, { id: 'analytics', label: 'Analytics' }, { id: 'reflections', label: 'Reflections' },
] as const;
type Tab = (typeof TABS)[number]['id'];

export function AgentPage() {
  const { agentId } = useParams({ from: '/trading/agents/$agentId' });
  return <OneAgent key={agentId} agentId={agentId} />;
}

function OneAgent({ agentId }: { readonly agentId: string }) {
  const membership = useAgentRoom(agentId);
  const joined = membership.name !== 'joining';
  const [tab, setTab] = useState<Tab>('decisions');
  const { data: agent, error, refetch } = useQuery({ ...agentQuery<Agent>(agentId, ''), enabled: joined });
  const { data: account } = useQuery({ ...agentQuery<Account>(agentId, 'account'), enabled: joined });
  const { data: positions } = useQuery({ ...agentQuery<readonly AgentPosition[]>(agentId, 'positions'), enabled: joined });
  const { data: equity } = useQuery({ ...agentQuery<readonly EquityPoint[]>(agentId, 'equity-history', MOST_POINTS), enabled: joined });
  if (error instanceof ApiError && error.status === 404 && !agent) return <Empty title={error.message}><Link to="/trading/agents" className="text-accent underline">To the agents</Link></Empty>;
  if (error && !agent) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!agent) return <Loading what="Loading the agent" />;
  const currency = account?.currency ?? 'USD';
  return (
    <div className="space-y-3">
      <AgentHeader agent={agent} account={account ?? null} />
      <div className="grid items-start gap-3 xl:grid-cols-2">
        <EquityCard name={agent.name} equity={equity} account={account ?? null} />
        <Section title="Open positions">
          {!positions && <Loading />}
          {positions?.length === 0 && <Empty title="Nothing is held.">{`It may trade ${agent.symbols.join(', ')}.`}</Empty>}
          {positions && positions.length > 0 && <PositionTable positions={positions.map(asPosition)} currencyOf={() => currency} />}
        </Section>
      </div>
      <div className="panel min-w-0 pt-1">
        <Tabs label="What it did" tabs={TABS} chosen={tab} onChoose={setTab}>
          {tab === 'decisions' && <Cycles agentId={agentId} />}
          {tab === 'trades' && <Trades agentId={agentId} currency={currency} />}
          {tab === 'performance' && <Performance agentId={agentId} currency={currency} />}
          {tab === 'analytics' && <Analytics agentId={agentId} currency={currency} />}
          {tab === 'reflections' && <Reflections accountId={agent.account_id ?? agentId} />}
        </Tabs>
      </div>
    </div>
  );
}
