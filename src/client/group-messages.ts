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
  readonly position_mode: 'oneway' | 'hedge';
  readonly account_id: string;
  readonly members: readonly GroupMember[];
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

/** What a group has said of an event, as its program wrote it. */
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
  /** Wall time. */
  readonly timestamp: string;
}

/** What has become of an order of the group. */
export interface GroupOrder {
  readonly group_id: string;
  /** null: it was refused, or waits for a person. */
  readonly order_id: string | null;
  readonly correlation_id: string | null;
  readonly symbol: string;
  readonly side: 'buy' | 'sell' | null;
  readonly quantity: number;
  readonly filled_quantity: number;
  readonly average_price: number | null;
  readonly status: 'refused' | 'waiting_approval' | 'submitted' | 'accepted' | 'partially_filled' | 'filled' | 'cancelled' | 'expired' | 'rejected';
  /** Why it was refused. */
  readonly gate?: { readonly code: string; readonly detail: string };
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
  /** Market time at which the trade was closed. */
  readonly timestamp: string;
}
