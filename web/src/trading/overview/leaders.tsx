import { Link } from '@tanstack/react-router';
import { AgentTable } from '../agents/agent-table.js';
import { Section } from '../parts.js';

export const Leaders = () => (
  <Section title="Agents, the best return first" aside={<Link to="/trading/agents" className="text-xs text-accent hover:underline">All about them</Link>}>
    <AgentTable brief />
  </Section>
);
