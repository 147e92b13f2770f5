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
export const voteId = (runId: string, agentId: string): string => `run:${runId}:${agentId}`;
export const signalMessageId = (runId: string): string => `run:${runId}:signal`;
export const endMessageId = (runId: string): string => `run:${runId}:end`;
