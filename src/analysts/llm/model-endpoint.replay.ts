import type { CallLog } from '../../journal/call-log.js';
import type { ModelRequest } from '../../journal/model-call.js';
import { requestHash } from '../../journal/request-hash.js';
import { ModelEndpoint, noReply, type EndpointAnswer } from './model-endpoint.js';

/** Answers from the decision log: without a network, at no cost, at once. */
export class ReplayEndpoint extends ModelEndpoint {
  /** How often each hash and attempt was asked for. */
  private readonly asked = new Map<string, number>();

  /** @param runId of which alone the log is read; absent: of all, in its order */
  constructor(private readonly log: Pick<CallLog, 'recorded'>, private readonly runId?: string) {
    super();
  }

  async ask(request: ModelRequest, attempt: number): Promise<EndpointAnswer> {
    const hash = requestHash(request);
    const key = `${hash}:${attempt}`;
    const ordinal = this.asked.get(key) ?? 0;
    const answer = await this.log.recorded(hash, attempt, ordinal, this.runId);
    if (!answer) return noReply('NOT_RECORDED', 'The log has no such call', 0);
    this.asked.set(key, ordinal + 1);
    return { ...answer, retryAfterMs: null, cost: 'none' };
  }
}
