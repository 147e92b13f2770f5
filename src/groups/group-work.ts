import type { Participant } from '../trading/trading-work.js';
import type { Channels } from '../storage/channels.js';
import type { Connections } from './connections/connections.js';
import type { EventRetention } from './events/event-retention.js';
import type { Lines } from './events/lines.js';
import type { Settlements } from './events/settlements.js';
import type { LessonIndex } from './lessons/lesson-index.js';
import type { Lessons } from './lessons/lessons.js';
import type { OrderUpdates } from './trades/order-updates.js';
import type { TradeWork } from './trades/trade-work.js';
import type { TriggerWork } from './triggers/trigger-work.js';

export interface GroupWorkNeeds {
  /** null: this node is alone. */
  readonly channels: Channels | null;
  readonly triggersChannel: string;
  readonly connections: readonly Connections[];
  readonly lines: Lines;
  readonly settlements: Settlements;
  readonly retention: EventRetention;
  readonly index: LessonIndex;
  readonly lessons: Lessons;
  readonly updates: OrderUpdates;
  readonly trades: TradeWork;
  readonly triggers: TriggerWork;
}

/** What of groups goes on by itself: in which order it begins and ends. */
export class GroupWork {
  constructor(private readonly needs: GroupWorkNeeds) {}

  /** Part of trading's own course: what was asked for is taken up where this node trades. */
  get participant(): Participant {
    const { trades, updates } = this.needs;
    return {
      opened: async () => {
        await updates.opened();
        await trades.opened();
      },
      closed: () => trades.closed(),
    };
  }

  /** Before trading opens. */
  async prepare(): Promise<void> {
    await this.needs.index.start({ shared: this.needs.channels !== null });
    this.needs.updates.start();
    await this.needs.trades.start();
  }

  /** Before the market moves. */
  async start(): Promise<void> {
    const { channels, triggersChannel, connections, lines, retention, lessons, triggers } = this.needs;
    for (const each of connections) await each.start();
    await lines.start();
    retention.start();
    await lessons.start();
    await channels?.listen(triggersChannel, () => void triggers.refresh());
    await triggers.start();
  }

  /** Nothing new is made; before clients are gone. */
  async rest(): Promise<void> {
    await this.needs.triggers.stop();
    await this.needs.trades.stop();
  }

  /** After clients are gone and trading has ended, before the writer ends. */
  async stop(): Promise<void> {
    const { connections, lines, settlements, retention, index, lessons } = this.needs;
    retention.stop();
    lines.stop();
    await lessons.stop();
    await index.stop();
    await this.needs.updates.stop();
    for (const each of connections) await each.stop();
    await settlements.stop();
  }
}
