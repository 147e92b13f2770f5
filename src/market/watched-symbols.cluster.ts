import type { Channels } from '../storage/channels.js';
import { WatchedSymbols } from './watched-symbols.js';

const CHANNEL = 'watched';
const SAY_MS = 2000;
/** A node that was not heard for so long is gone, and those who watched there are elsewhere. */
const FORGET_MS = 10_000;

interface Said {
  readonly node: string;
  readonly symbols: readonly string[];
}

export interface ClusterWatchedNeeds {
  readonly channels: Channels;
  readonly node: string;
  /** Watched on this node. */
  readonly here: () => readonly string[];
  readonly isWatchedHere: (symbol: string) => boolean;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}

/** Each node tells the others every two seconds what is watched there. */
export class ClusterWatched extends WatchedSymbols {
  private readonly nodes = new Map<string, { readonly symbols: ReadonlySet<string>; readonly heardAt: number }>();
  private readonly clock: () => number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly needs: ClusterWatchedNeeds) {
    super();
    this.clock = needs.clock ?? (() => performance.now());
  }

  async start(): Promise<void> {
    const { channels, node } = this.needs;
    await channels.listen(CHANNEL, (text) => {
      const said = JSON.parse(text) as Said;
      if (said.node !== node) this.nodes.set(said.node, { symbols: new Set(said.symbols), heardAt: this.clock() });
    });
    this.say();
    this.timer = setInterval(() => this.say(), SAY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  isWatched(symbol: string): boolean {
    if (this.needs.isWatchedHere(symbol)) return true;
    for (const { symbols, heardAt } of this.nodes.values()) {
      if (symbols.has(symbol) && this.clock() - heardAt < FORGET_MS) return true;
    }
    return false;
  }

  private say(): void {
    const { channels, node, here } = this.needs;
    channels.publish(CHANNEL, JSON.stringify({ node, symbols: here() } satisfies Said));
    for (const [other, { heardAt }] of this.nodes) if (this.clock() - heardAt >= FORGET_MS) this.nodes.delete(other);
  }
}
