import type { Step, Vote } from '../model/opinion.js';
import type { NewMessage, RoomMessage } from '../rooms/message.js';
import { symbolRoom } from '../rooms/names.js';
import { voteMessageId, type Run } from './run.js';

/** A vote as its room sees it: `agent_update` of WIRE.md, with what a second attempt needs to take it up again. */
interface AgentUpdate {
  symbol: string;
  agent: string;
  agent_id: string;
  signal: Vote['signal'];
  confidence: number;
  reasoning: readonly string[];
  reason?: Vote['reason'];
  target_price?: number | undefined;
  stop_loss?: number | undefined;
  weight: number;
  fault_domain: string;
  cites?: readonly string[] | undefined;
  step?: Step | undefined;
  round?: number | undefined;
  run_id: string;
  latency_ms: number;
  timestamp: string;
}

/** `asOf`: market time of the view, epoch milliseconds. */
export function agentUpdate(run: Run, vote: Vote, asOf: number, timestamp: string): NewMessage {
  const update: AgentUpdate = {
    symbol: run.symbol,
    agent: vote.name,
    agent_id: vote.agentId,
    signal: vote.signal,
    confidence: vote.confidence,
    ...(vote.reason ? { reason: vote.reason } : {}),
    reasoning: vote.reasoning,
    target_price: vote.targetPrice,
    stop_loss: vote.stopLoss,
    weight: vote.weight,
    fault_domain: vote.faultDomain,
    cites: vote.cites,
    step: vote.step,
    round: vote.round,
    run_id: run.runId,
    latency_ms: Math.round(vote.latencyMs * 1000) / 1000,
    timestamp,
  };
  return { room: symbolRoom(run.symbol), messageId: voteMessageId(run.runId, vote), type: 'agent_update', body: JSON.stringify(update), marketTime: asOf };
}

/** The vote that an earlier attempt of the run said: it stands. */
export function voteSaid({ body }: RoomMessage): Vote {
  const said = JSON.parse(body) as AgentUpdate;
  return {
    agentId: said.agent_id,
    name: said.agent,
    signal: said.signal,
    confidence: said.confidence,
    reasoning: said.reasoning,
    ...(said.reason ? { reason: said.reason } : {}),
    ...(said.target_price === undefined ? {} : { targetPrice: said.target_price }),
    ...(said.stop_loss === undefined ? {} : { stopLoss: said.stop_loss }),
    weight: said.weight,
    faultDomain: said.fault_domain,
    latencyMs: said.latency_ms,
    ...(said.cites && { cites: said.cites }),
    ...(said.step && { step: said.step }),
    ...(said.round === undefined ? {} : { round: said.round }),
  };
}
