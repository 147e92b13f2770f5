import type { Market } from '../market/market.js';
import { isSimulated } from '../model/price-update.js';

/** Without any price for so long, market milliseconds, a feed that ticks is stale. */
export const STALE_AFTER_MS = 15_000;

export interface FeedReport {
  readonly name: string;
  readonly simulated: boolean;
  readonly last_tick_age_ms: number | null;
  readonly stale: boolean;
  readonly ended: boolean;
  /** These three of an outside stream, on the node that listens to it. */
  readonly connected?: boolean;
  readonly bad_frames?: number;
  readonly unknown_symbols?: number;
}

/** The feed as clients and operators see it: its name, and how old its last word is. */
export class FeedState {
  constructor(private readonly market: Pick<Market, 'lastTickAt' | 'ended' | 'source' | 'line' | 'now'>, private readonly staleAfterMs = STALE_AFTER_MS) {}

  report(): FeedReport {
    const { lastTickAt, ended, source, line } = this.market;
    const age = lastTickAt === null ? null : Math.max(0, this.market.now() - lastTickAt);
    return {
      name: source, simulated: isSimulated(source), last_tick_age_ms: age,
      stale: !ended && (age === null ? line !== null : age > this.staleAfterMs),
      ended,
      ...(line && { connected: line.connected, bad_frames: line.badFrames, unknown_symbols: line.unknownSymbols }),
    };
  }
}
