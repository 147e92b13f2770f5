import type { Kysely } from 'kysely';
import { FeedReader } from '../../knowledge/news/feed-reader.js';
import type { Market } from '../../market/market.js';
import type { Schema } from '../../storage/schema.js';
import type { BuiltIn, Outlet } from './built-in.js';
import { FeedTrigger, type FeedTriggerState } from './kinds/feed.js';
import { IndicatorTrigger, type IndicatorState } from './kinds/indicator.js';
import { PriceMoveTrigger } from './kinds/price-move.js';
import type { MoveState } from './kinds/price-moves.js';
import { ScheduleTrigger, type ScheduleState } from './kinds/schedule.js';
import { SignalTrigger, type SignalState } from './kinds/signal.js';
import type { TriggerConfigs } from './trigger-kinds.js';
import type { BuiltInKind, BuiltInRow } from './trigger-store.js';

export interface OpenTriggerNeeds {
  readonly db: Kysely<Schema>;
  readonly market: Pick<Market, 'candles' | 'indicators' | 'source' | 'now'>;
  /** What a text is about. */
  readonly symbolsIn: (text: string) => readonly string[];
  /** `User-Agent` at feeds. */
  readonly agent: string;
  /** Wall time. */
  readonly clock?: () => number;
}

/** A trigger at work, from where its row says that it stood. */
export function openTrigger(row: BuiltInRow, config: TriggerConfigs[BuiltInKind], outlet: Outlet, needs: OpenTriggerNeeds): BuiltIn {
  const { db, market, symbolsIn, agent, clock = Date.now } = needs;
  const state: unknown = row.state === null ? null : JSON.parse(row.state);
  switch (row.kind) {
    case 'price_move':
      return new PriceMoveTrigger(config as TriggerConfigs['price_move'], state as Record<string, MoveState> | null, market, outlet);
    case 'indicator':
      return new IndicatorTrigger(config as TriggerConfigs['indicator'], state as IndicatorState | null, market, outlet);
    case 'signal':
      return new SignalTrigger(config as TriggerConfigs['signal'], state as SignalState | null, { db, outlet, marketNow: () => market.now(), createdAt: row.created_at });
    case 'schedule':
      return new ScheduleTrigger(config as TriggerConfigs['schedule'], state as ScheduleState | null, { name: row.name, createdAt: row.created_at, outlet, clock });
    case 'feed': {
      const feed = config as TriggerConfigs['feed'];
      return new FeedTrigger(feed, state as FeedTriggerState | null, { reader: new FeedReader(feed.url, agent), outlet, symbolsIn });
    }
  }
}
