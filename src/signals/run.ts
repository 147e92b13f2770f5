import type { Vote } from '../model/opinion.js';
import type { Depth, Trigger } from '../model/trigger.js';

/** One asking of the panel. */
export interface Run {
  readonly runId: string;
  readonly symbol: string;
  readonly depth: Depth;
  readonly trigger: Trigger;
  /** Wall time, epoch milliseconds. */
  readonly requestedAt: number;
  /** 1, and one more each time that it was begun again after a stop of the process. */
  readonly attempt: number;
}

/** Ids of what a run says: the same at every attempt, so that saying it again adds nothing. */
const voteId = (runId: string, agentId: string): string => `run:${runId}:${agentId}`;
/** Of an argument's parts there may be several by one agent. */
const stepId = (runId: string, agentId: string, step: string, round: number): string => `run:${runId}:${agentId}:${step}:${round}`;
export const voteMessageId = (runId: string, { agentId, step, round }: Pick<Vote, 'agentId' | 'step' | 'round'>): string =>
  (step === undefined || step === 'analyst' ? voteId(runId, agentId) : stepId(runId, agentId, step, round ?? 0));
/** All that a panel's members may say in one run. */
export const voteIdsOf = (runId: string, agentIds: readonly string[], rounds: number): string[] => [
  ...agentIds.map((id) => voteId(runId, id)),
  ...Array.from({ length: rounds }, (_, at) => [stepId(runId, 'bull', 'bull', at + 1), stepId(runId, 'bear', 'bear', at + 1)]).flat(),
  ...(rounds > 0 ? [stepId(runId, 'judge', 'judge', rounds)] : []),
];
export const signalMessageId = (runId: string): string => `run:${runId}:signal`;
export const endMessageId = (runId: string): string => `run:${runId}:end`;

/** Whose budget pays for a run: the client that asked for it, else the schedule's. */
export const requesterOf = ({ trigger }: Run): string => (trigger.kind === 'request' ? trigger.subject : 'schedule');
