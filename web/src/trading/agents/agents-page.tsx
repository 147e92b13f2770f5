import { Section } from '../parts.js';
import { AgentTable } from './agent-table.js';

export const AgentsPage = () => (
  <>
    <h1 className="sr-only">Agents</h1>
    <Section title="Agents, the best return first"><AgentTable /></Section>
  </>
);
