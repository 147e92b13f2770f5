import type { AbstainReason, CallStep } from '../model/opinion.js';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How the shape of a reply is asked for: strict JSON schema, JSON mode, or words alone. */
export const REPLY_MODES = ['schema', 'json', 'text'] as const;
export type ReplyMode = (typeof REPLY_MODES)[number];

/** All that decides a reply; a call is known by its SHA-256 (`requestHash`). It holds no clock, no run id and nothing random. */
export interface ModelRequest {
  readonly agentId: string;
  /** The prompt file. */
  readonly prompt: string;
  /** The provider's name, not its address. */
  readonly endpoint: string;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly mode: ReplyMode;
  /** The schema's name; `opinion` where absent. */
  readonly form?: string;
  /** JSON schema that the reply shall follow. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly temperature: number;
  readonly topP: number | null;
  readonly seed: number | null;
  readonly maxTokens: number;
}

/** Where in a run a call belongs, and who pays. */
export interface CallPlace {
  /** Of an agent's cycle: its id. */
  readonly runId: string;
  readonly symbol: string;
  readonly agentId: string;
  readonly step: CallStep;
  /** Of the debate, from 1; 0 outside of it. */
  readonly round: number;
  /** Market time, epoch milliseconds. */
  readonly asOf: number;
  /** A client's subject, `schedule`, or `agent:{id}`. */
  readonly requester: string;
}

/** What came back of one attempt: a reply, or why there is none. Recorded and replayed as it is. */
export interface ModelAnswer {
  /** `OK`: there is a reply, whatever it is worth. */
  readonly outcome: 'OK' | AbstainReason;
  readonly reply: string | null;
  readonly modelReturned: string | null;
  /** null: the server did not say. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  readonly latencyMs: number;
  /** In words, without secrets. */
  readonly error: string | null;
}

/** One row of the decision log. */
export interface ModelCall {
  /** UUIDv7 */
  readonly callId: string;
  readonly place: CallPlace;
  readonly request: ModelRequest;
  /** Among those of one asking with the same hash, from 1. */
  readonly attempt: number;
  readonly answer: ModelAnswer;
  /** What was made of the reply (an opinion, an agent's decisions, a reflection); null where it could not be read. */
  readonly opinion: object | null;
  /** Wall time, epoch milliseconds. */
  readonly startedAt: number;
  /** Booked, in billionths of a dollar. */
  readonly nanoUsd: number;
}
