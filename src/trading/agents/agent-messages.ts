import type { CycleDecision } from '../../model/wire/trading.js';
import type { NewMessage } from '../../rooms/message.js';
import type { FilledOrder } from '../trading.js';
import { cycleId } from './decider.js';
import { agentRoom, agentStatus, tradeExecuted, type AgentState } from './wire.js';

/** `decision`: once a cycle. */
export const decisionMessage = (agentId: string, cycle: number, asOf: number, reasoning: string, decisions: readonly CycleDecision[]): NewMessage => ({
  room: agentRoom(agentId), messageId: `${cycleId(agentId, cycle)}:decision`, type: 'decision', marketTime: asOf,
  body: JSON.stringify({ cycle, agent_id: agentId, ai_reasoning: reasoning, decisions }),
});

/** @param messageId unique for ever */
export const statusMessage = (state: AgentState, messageId: string, at: number): NewMessage => ({
  room: agentRoom(state.agentId), messageId, type: 'agent_status', body: JSON.stringify(agentStatus(state)), marketTime: at,
});

/** `trade_executed`: once an execution. */
export const tradeMessage = (agentId: string, fill: FilledOrder): NewMessage => ({
  room: agentRoom(agentId), messageId: `agent:${agentId}:execution:${fill.execution.executionId}`, type: 'trade_executed', body: JSON.stringify(tradeExecuted(fill)), marketTime: fill.execution.at,
});
