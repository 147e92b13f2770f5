import type { ConfigFields } from '../config-fields.js';

export interface WebhookConfig {
  /** Of a body that is no event. */
  readonly title: string | null;
  readonly event_type: string;
  readonly per_minute: number;
}

export function checkWebhook(fields: ConfigFields): WebhookConfig {
  const type = fields.textOr('event_type', 40, 'immediate');
  if (!/^[a-z0-9_]{1,40}$/.test(type)) fields.flaw('event_type', 'must be 1 to 40 of a-z, 0-9 and _', null);
  return { title: fields.textOr('title', 200, null), event_type: type, per_minute: fields.integer('per_minute', 1, 6000, 60) };
}
