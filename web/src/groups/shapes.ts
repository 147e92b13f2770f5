import type { GroupConfig, GroupDiscussion, GroupEvent, GroupMember } from 'conclave/client';

/** `GET /api/groups/:id` */
export interface Group extends Omit<GroupConfig, 'members'> {
  readonly name: string;
  readonly members: readonly Member[];
  readonly complete: boolean;
  /** Roles that a discussion needs and nobody has. */
  readonly missing: readonly string[];
  readonly has_token: boolean;
  readonly connected: boolean;
  readonly connected_since: string | null;
  readonly node: string | null;
  /** Events that it has not settled. */
  readonly backlog: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** Of one group only. */
  readonly last_decision_at?: string | null;
}

export interface Member extends GroupMember {
  /** The prompt is the member's and not its role's; of `/members` only. */
  readonly own_prompt?: boolean;
}

export interface Role {
  readonly role: string;
  readonly title: string;
  readonly prompt: string;
  readonly built_in: boolean;
}

/** `GET /api/events`: as in the room, with whom it is from. */
export interface StoredEvent extends GroupEvent {
  readonly origin?: 'trigger' | 'group' | 'server';
  readonly correlation_id?: string;
}

interface DiscussedOrder {
  readonly decision_id: string;
  readonly order_id: string | null;
  readonly side: string | null;
  readonly quantity: number | null;
  readonly filled_quantity: number;
  readonly average_price: number | null;
  readonly status: string;
  readonly gate: { readonly code: string; readonly detail: string } | null;
}

/** `GET /api/groups/:id/discussions`: with what came of it. */
export interface Discussion extends GroupDiscussion {
  readonly orders?: readonly DiscussedOrder[];
  readonly outcome?: { readonly pnl: number; readonly outcome_return: number; readonly closed_at: string } | null;
  readonly lesson_id?: string | null;
}

export const KINDS = ['price_move', 'indicator', 'signal', 'schedule', 'feed', 'webhook', 'external'] as const;
export type TriggerKind = (typeof KINDS)[number];

interface TriggerConfig {
  readonly targets: readonly string[];
  readonly priority: number;
  readonly tags: readonly string[];
  readonly [field: string]: unknown;
}

export interface Trigger {
  readonly trigger_id: string;
  readonly name: string;
  readonly kind: TriggerKind;
  readonly config: TriggerConfig;
  readonly enabled: boolean;
  /** null: of a kind that does not connect. */
  readonly connected: boolean | null;
  /** Of webhooks. */
  readonly path?: string;
  readonly last_event_at: string | null;
  readonly last_error: string | null;
}

/** `GET /api/trace/:correlation_id`, what this page shows of it. */
export interface Trace {
  readonly correlation_id: string;
  readonly events: readonly (StoredEvent & { readonly deliveries: number; readonly settled: number })[];
  readonly discussions: readonly Discussion[];
  readonly decisions: readonly { readonly origin: string; readonly origin_id: string }[];
  readonly orders: readonly unknown[];
  readonly fills: readonly unknown[];
  readonly trades: readonly { readonly pnl: number }[];
  readonly lessons: readonly unknown[];
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly id: string; readonly text: string }[];
}
