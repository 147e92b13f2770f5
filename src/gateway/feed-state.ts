import type { Market } from '../market/market.js';

/** The feed as clients and operators see it: its name, and how old its last word is. */
export class FeedState {
  constructor(private readonly market: Market) {}

  report(): { name: string; simulated: boolean; last_tick_age_ms: number | null; ended: boolean } {
    const { lastTickAt, ended, source } = this.market;
    return { name: source, simulated: source === 'simulated', last_tick_age_ms: lastTickAt === null ? null : Math.max(0, this.market.now() - lastTickAt), ended };
  }
}
