import { AgentControl, type AgentStatus } from './agent-control.js';
import type { Agents } from './agents.js';

/** What the edges ask of agents, asked of the agents: their rows are the truth, so any node can change them. */
export class OwnAgentControl extends AgentControl {
  constructor(private readonly agents: Agents) {
    super();
  }

  status(agentId: string): AgentStatus {
    const { state, row } = this.agents.seen(agentId);
    return {
      agentId, running: !state.paused && state.state !== null, paused: state.paused, pauseReason: row.pause_reason, decidedBy: state.decidedBy,
      intervalS: state.intervalS, cycleCount: state.cycleCount, lastDecisionAt: state.lastDecisionAt, lastError: state.error,
    };
  }

  async pause(agentId: string, by: string): Promise<void> {
    if (!this.agents.seen(agentId).state.paused) await this.agents.pause(agentId, `Paused by ${by}`);
  }

  async resume(agentId: string): Promise<void> {
    if (this.agents.seen(agentId).state.paused) await this.agents.resume(agentId);
  }

  async setInterval(agentId: string, seconds: number): Promise<void> {
    await this.agents.setInterval(agentId, seconds);
  }

  onChange(changed: (agentId: string) => void): void {
    this.agents.onChange(changed);
  }
}
