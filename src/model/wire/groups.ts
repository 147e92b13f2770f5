/** A program that sits in a group and gives an opinion. */
export interface GroupMember {
  readonly member_id: string;
  readonly name: string;
  /** One of `/api/roles`. */
  readonly role: string;
  /** null: rules, or what the group's program has. */
  readonly provider: string | null;
  readonly model: string | null;
  /** The one that counts: the member's own, else its role's. */
  readonly system_prompt: string;
}

/** What a group is told in its first `ack`, and again with each change. */
export interface GroupConfig {
  readonly group_id: string;
  readonly group_name: string;
  readonly market: string;
  readonly symbol: string;
  readonly interval: string;
  readonly leverage: number;
  /** What one trade binds where it says neither quantity nor margin, in the account's currency. */
  readonly margin_usd: number;
  readonly position_mode: PositionMode;
  readonly account_id: string;
  readonly members: readonly GroupMember[];
}

/** In `groups`: what `GET /api/groups`, `/api/triggers` or `/api/roles` lists is different now. A role's `id` is its name. */
export interface GroupsUpdate {
  readonly kind: 'group' | 'trigger' | 'role';
  readonly id: string;
  readonly name: string;
  /** The last four: of triggers; of a group, its own room says whether it is connected. */
  readonly change: 'made' | 'changed' | 'deleted' | 'connected' | 'gone' | 'failing' | 'well';
  /** Wall time. */
  readonly timestamp: string;
}

/** In `group:{id}`: the group has come or gone, was made, changed or deleted, or its token was. One of these fields is there. */
export interface GroupStatus {
  readonly group_id: string;
  readonly created?: true;
  readonly deleted?: true;
  readonly connected?: boolean;
  /** With `connected`. */
  readonly connection_id?: string;
  /** As it is now. */
  readonly config?: GroupConfig;
  readonly token?: 'replaced' | 'revoked';
  /** Wall time. */
  readonly timestamp: string;
}

/** An event for the group. */
export interface GroupEvent {
  readonly event_type: string;
  readonly id: string;
  /** Name of the trigger or group that it is from, or `conclave`. */
  readonly source_id: string;
  /** 1 to 10, the most urgent. */
  readonly priority: number;
  readonly targets: readonly string[];
  readonly title: string;
  /** JSON text, mostly. */
  readonly payload: string;
  readonly tags: readonly string[];
  readonly condition: Readonly<Record<string, unknown>> | null;
  /** Wall time. */
  readonly created_at: string;
}

/** What a group has said of an event, as its program wrote it, and what has come of it. */
export interface GroupDiscussion {
  readonly discussion_id: string;
  readonly group_id: string;
  readonly correlation_id: string | null;
  readonly event: { readonly id: string; readonly title: string; readonly source_id: string } | null;
  readonly symbol: string | null;
  readonly message: string;
  readonly level: string;
  /** Mostly `{member_id, name, role, signal or opinion, confidence, reasoning}`. */
  readonly member_opinions: readonly Readonly<Record<string, unknown>>[];
  /** Mostly `{action, confidence, target_price, stop_loss, reasoning}`. */
  readonly decision: Readonly<Record<string, unknown>> | null;
  /** Oldest first, the newest twenty. */
  readonly orders: readonly DiscussedOrder[];
  /** Of the newest trade that it opened and that is closed; `outcome_return` is a share: 0.01 is 1 %. */
  readonly outcome: { readonly pnl: number; readonly outcome_return: number; readonly closed_at: string } | null;
  readonly lesson_id: string | null;
  /** Wall time. */
  readonly timestamp: string;
}

/** An order that came of a discussion, or the decision that was to become one. */
export interface DiscussedOrder {
  readonly decision_id: string;
  /** null: it was refused, or waits for a person. */
  readonly order_id: string | null;
  readonly side: string | null;
  readonly quantity: number | null;
  readonly filled_quantity: number;
  readonly average_price: number | null;
  readonly status: string;
  readonly gate: { readonly code: string; readonly detail: string } | null;
}

/** What has become of an order of the group. */
export interface GroupOrder {
  readonly group_id: string;
  /** null: it was refused, or waits for a person. */
  readonly order_id: string | null;
  readonly correlation_id: string | null;
  readonly symbol: string;
  readonly side: 'buy' | 'sell' | null;
  /** 0 where it could not be sized. */
  readonly quantity: number;
  readonly filled_quantity: number;
  /** null before the first fill. */
  readonly average_price: number | null;
  readonly status: 'refused' | 'waiting_approval' | 'submitted' | 'accepted' | 'partially_filled' | 'filled' | 'cancelled' | 'expired' | 'rejected';
  /** Why it was refused. */
  readonly gate?: { readonly code: string; readonly detail: string };
  /** Of what no `post_trade` asked for: a level that was reached, the horizon, a liquidation. */
  readonly reason?: string;
}

/** What a closed position has taught the group. */
export interface GroupLesson {
  readonly lesson_id: string;
  readonly group_id: string;
  readonly correlation_id: string | null;
  readonly discussion_id: string | null;
  readonly trade_id: string;
  readonly symbol: string;
  readonly position_side: string;
  /** `long` or `short` */
  readonly side: string;
  readonly lesson: string;
  /** Who has drawn it: a model, or the facts. */
  readonly source: string;
  /** A share: 0.01 is 1 %. */
  readonly outcome_return: number;
  readonly pnl: number;
  /** The model that made its embedding; null: it is found by its words. */
  readonly embedding: string | null;
  /** Market time at which the trade was closed. */
  readonly timestamp: string;
}

/** `data` by `type`, in `group:{id}`. */
export interface GroupMessages {
  group_status: GroupStatus;
  group_event: GroupEvent;
  group_discussion: GroupDiscussion;
  group_order: GroupOrder;
  group_lesson: GroupLesson;
}

/** An item of `GET /api/groups`, and the answer of `GET /api/groups/:id`. */
export interface ListedGroup extends GroupConfig {
  readonly name: string;
  readonly complete: boolean;
  /** Roles that a discussion needs and nobody has. */
  readonly missing: readonly string[];
  readonly has_token: boolean;
  readonly connected: boolean;
  readonly connected_since: string | null;
  /** Where it is connected. */
  readonly node: string | null;
  /** Events that it has not settled. */
  readonly backlog: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** Of one group only; null before the first. */
  readonly last_decision_at?: string | null;
}

/** An item of `GET /api/groups/:id/members`. */
export interface ListedMember extends GroupMember {
  /** The prompt is the member's and not its role's. */
  readonly own_prompt: boolean;
  readonly created_at: string;
}

/** An item of `GET /api/roles`. */
export interface GroupRole {
  readonly role: string;
  readonly title: string;
  readonly prompt: string;
  readonly built_in: boolean;
  /** null: built in. */
  readonly created_at: string | null;
}

/** An item of `GET /api/events`: as in the room, with whom it is from. */
export interface ListedEvent extends GroupEvent {
  readonly origin: EventOrigin;
  /** Id of the trigger or group; null: the server. */
  readonly origin_id: string | null;
  readonly correlation_id: string;
}

export type EventOrigin = 'trigger' | 'group' | 'server';

export const POSITION_MODES = ['oneway', 'hedge'] as const;
export type PositionMode = (typeof POSITION_MODES)[number];
export const TRIGGER_KINDS = ['price_move', 'indicator', 'signal', 'schedule', 'feed', 'webhook', 'external'] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** An item of `GET /api/triggers`, without what it is let in by. */
export interface ListedTrigger {
  readonly trigger_id: string;
  readonly name: string;
  readonly kind: TriggerKind;
  /** By its kind; `targets`, `priority` and `tags` are in each. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** null: of a kind that does not connect. */
  readonly connected: boolean | null;
  readonly connected_since: string | null;
  readonly node: string | null;
  /** Of webhooks: where to post. */
  readonly path?: string;
  readonly last_event_at: string | null;
  readonly last_error: string | null;
  readonly created_at: string;
}
