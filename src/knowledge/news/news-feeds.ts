import type { NewsConfig, NewsFeedConfig } from '../../config/config.js';
import { feedEntries } from './feed-document.js';
import { FeedReader } from './feed-reader.js';
import type { News } from './news.js';
import type { NewNews } from './news-store.js';

export interface NewsFeedsNeeds {
  readonly config: Pick<NewsConfig, 'feeds' | 'everyMs'>;
  readonly news: Pick<News, 'add'>;
  /** What a text is about, where a feed does not say. */
  readonly symbolsIn: (text: string) => readonly string[];
  /** Among several nodes only one asks; looked at before each asking. */
  readonly mayPoll: () => boolean;
  /** A feed fails (with why), or works again: once per change. */
  readonly onState: (feed: string, error: Error | null) => void;
  readonly agent: string;
  readonly clock?: () => number;
  /** 0 to 1, so that nodes and feeds do not ask in step. */
  readonly random?: () => number;
}

/** What operators see of one feed. Times are wall time, ISO-8601. */
export interface FeedState {
  readonly name: string;
  readonly read_at: string | null;
  readonly items: number;
  readonly error: string | null;
}

interface Polled {
  readonly config: NewsFeedConfig;
  readonly reader: FeedReader;
  readAt: number | null;
  items: number;
  error: string | null;
}

const JITTER = 0.1;

/** Asks RSS and Atom feeds, each at its time, and gives what is new to the news. One that fails disturbs no other. */
export class NewsFeeds {
  private readonly feeds: readonly Polled[];
  private readonly timers = new Map<Polled, NodeJS.Timeout>();
  private readonly stopping = new AbortController();
  private readonly under = new Set<Promise<void>>();

  constructor(private readonly needs: NewsFeedsNeeds) {
    this.feeds = needs.config.feeds.map((config) => ({ config, reader: new FeedReader(config.url, needs.agent), readAt: null, items: 0, error: null }));
  }

  start(): void {
    for (const feed of this.feeds) this.later(feed, 0);
  }

  get states(): readonly FeedState[] {
    return this.feeds.map(({ config, readAt, items, error }) => ({
      name: config.name, read_at: readAt === null ? null : new Date(readAt).toISOString(), items, error,
    }));
  }

  /** Asks all of them now. */
  async poll(): Promise<void> {
    await Promise.all(this.feeds.map((feed) => this.ask(feed)));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.under);
  }

  private later(feed: Polled, wait: number): void {
    this.timers.set(feed, setTimeout(() => {
      const asking = this.ask(feed).finally(() => {
        this.under.delete(asking);
        const { everyMs } = this.needs.config;
        if (!this.stopping.signal.aborted) this.later(feed, everyMs * (1 - JITTER + 2 * JITTER * (this.needs.random ?? Math.random)()));
      });
      this.under.add(asking);
    }, wait).unref());
  }

  private async ask(feed: Polled): Promise<void> {
    const { needs, stopping } = this;
    if (!needs.mayPoll() || stopping.signal.aborted) return;
    try {
      const text = await feed.reader.read(stopping.signal);
      const seenAt = (needs.clock ?? Date.now)();
      if (text !== null) feed.items += (await needs.news.add(this.itemsOf(feed.config, text, seenAt), seenAt)).length;
      feed.readAt = seenAt;
      if (feed.error !== null) needs.onState(feed.config.name, null);
      feed.error = null;
    } catch (error) {
      if (stopping.signal.aborted) return;
      feed.reader.forget();
      const why = error instanceof Error ? error : new Error(String(error));
      if (feed.error === null) needs.onState(feed.config.name, why);
      feed.error = why.message;
    }
  }

  /** An item without a readable time, or with one to come, counts from when it was seen: nobody knew it earlier. */
  private itemsOf({ name, symbols }: NewsFeedConfig, text: string, seenAt: number): NewNews[] {
    return feedEntries(text).map(({ title, summary, url, publishedAt }) => ({
      title, summary, url, source: name, publishedAt: Math.min(publishedAt ?? seenAt, seenAt),
      symbols: symbols.length > 0 ? symbols : this.needs.symbolsIn(`${title}\n${summary}`),
    }));
  }
}
