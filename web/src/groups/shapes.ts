import type { GroupDiscussion, GroupEvent, ListedEvent, ListedTrigger } from 'conclave/client';

export { TRIGGER_KINDS as KINDS } from 'conclave/client';
export type { GroupDiscussion as Discussion, GroupRole as Role, ListedGroup as Group, ListedMember as Member, TriggerKind } from 'conclave/client';

/** As `GET /api/events` has it, or the room, which does not say whom it is from. */
export type StoredEvent = GroupEvent & Partial<Pick<ListedEvent, 'origin' | 'correlation_id'>>;

export interface Trigger extends ListedTrigger {
  readonly config: TriggerConfig;
}

interface TriggerConfig {
  readonly targets: readonly string[];
  readonly priority: number;
  readonly tags: readonly string[];
  readonly [field: string]: unknown;
}

/** `GET /api/trace/:correlation_id`, what this page shows of it. */
export interface Trace {
  readonly correlation_id: string;
  readonly events: readonly (StoredEvent & { readonly deliveries: number; readonly settled: number })[];
  readonly discussions: readonly GroupDiscussion[];
  readonly decisions: readonly { readonly origin: string; readonly origin_id: string }[];
  readonly orders: readonly unknown[];
  readonly fills: readonly unknown[];
  readonly trades: readonly { readonly pnl: number }[];
  readonly lessons: readonly unknown[];
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly id: string; readonly text: string }[];
}
