import { CodedError } from '../../model/codes.js';
import type { Answer, Flaw } from '../answer.js';
import type { WebhookConfig } from './kinds/webhook.js';
import type { CommonConfig } from './trigger-kinds.js';
import type { TriggerIntake } from './trigger-intake.js';
import type { TriggerStore } from './trigger-store.js';
import { checkSignature, type SignedWith } from './webhook-signature.js';

export interface WebhooksNeeds {
  readonly store: TriggerStore;
  readonly intake: TriggerIntake;
  /** Counts one of so many a minute; 0, or the milliseconds until the next may come. */
  readonly take: (triggerId: string, perMinute: number) => Promise<number>;
  /** Wall time. */
  readonly clock?: () => number;
}

/** What comes by HTTP with a signature becomes an event. */
export class Webhooks {
  constructor(private readonly needs: WebhooksNeeds) {}

  /**
   * `body` as it was sent: JSON. One with `payload` has the fields of an event; any other becomes the payload, and title
   * and targets are the trigger's. The same signature again, or another with the event's idempotency key, is answered as
   * the first time, with `duplicate`.
   * @param named the trigger's name or id
   * @throws CodedError NOT_FOUND, UNAUTHENTICATED, TOKEN_INVALID, RATE_LIMITED, BAD_JSON, VALIDATION_ERROR, FORBIDDEN, IDEMPOTENCY_CONFLICT, STORE_UNAVAILABLE
   */
  async receive(named: string, headers: SignedWith, body: Buffer | undefined): Promise<Answer> {
    const { store, intake, take, clock = Date.now } = this.needs;
    const row = await store.webhook(named);
    if (!row || row.secret === null) throw new CodedError('NOT_FOUND', `There is no enabled webhook ${named.slice(0, 60)}: GET /api/triggers lists what there is`);
    if (!body) throw new CodedError('VALIDATION_ERROR', 'There is no JSON body: send one, with Content-Type: application/json');
    const signature = checkSignature(headers, body, row.secret, clock());
    const config = JSON.parse(row.config) as CommonConfig & WebhookConfig;
    const waitMs = await take(row.trigger_id, config.per_minute);
    if (waitMs > 0) {
      throw new CodedError('RATE_LIMITED', `${row.name} takes ${config.per_minute} a minute: send again in ${Math.ceil(waitMs / 1000)} s`, [], { retry_after_ms: waitMs });
    }
    const frame = frameOf(row.name, config, body.toString('utf8'));
    const answer = await intake.take({ triggerId: row.trigger_id, name: row.name }, frame, 'kind', `hook:${row.trigger_id}:${signature}`);
    if (!answer.ok) throw refusal(answer);
    return answer;
  }
}

function frameOf(name: string, config: CommonConfig & WebhookConfig, text: string): unknown {
  const defaults = { event_type: config.event_type, title: config.title ?? name, targets: config.targets, priority: config.priority, tags: config.tags };
  const parsed = jsonOf(text);
  const isEvent = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) && Object.hasOwn(parsed, 'payload');
  return isEvent ? { ...defaults, ...parsed } : { ...defaults, payload: text };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CodedError('BAD_JSON', `The body is not valid JSON (${(error as Error).message})`);
  }
}

function refusal({ message, detail }: Answer): CodedError {
  const flaws = detail as readonly Flaw[];
  if (message === 'IDEMPOTENCY_CONFLICT') return new CodedError('IDEMPOTENCY_CONFLICT', flaws.map((flaw) => flaw.message).join('; '), flaws);
  const said = flaws.map((flaw) => `${flaw.path} ${flaw.message}`).join('; ');
  return message === 'forbidden_event' ? new CodedError('FORBIDDEN', said, flaws, { answer: message }) : new CodedError('VALIDATION_ERROR', said, flaws);
}
