/** How an agent is doing, as this node knows it. */
export interface AgentStatus {
  readonly agentId: string;
  /** Its cycles run: it is not paused, and a node trades it. */
  readonly running: boolean;
  readonly paused: boolean;
  readonly pauseReason: string | null;
  /** `rules`, or the model's name. */
  readonly decidedBy: string;
  /** Seconds between two cycles. */
  readonly intervalS: number;
  readonly cycleCount: number;
  /** Market time, epoch milliseconds; null before the first. */
  readonly lastDecisionAt: number | null;
  readonly lastError: string | null;
}

/** What the edges ask of agents; on a node that does not trade them it is passed on. */
export abstract class AgentControl {
  /** @throws CodedError NOT_FOUND */
  abstract status(agentId: string): AgentStatus;
  /** Resolves once it is stored; nothing happens where it is so already. @throws CodedError NOT_FOUND, STORE_UNAVAILABLE */
  abstract pause(agentId: string, by: string): Promise<void>;
  abstract resume(agentId: string, by: string): Promise<void>;
  /** 60 to 3600 seconds. */
  abstract setInterval(agentId: string, seconds: number, by: string): Promise<void>;
  /** Called after a cycle, a pause, a resume, another interval. */
  abstract onChange(changed: (agentId: string) => void): void;
}
