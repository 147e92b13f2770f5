import { createHash } from 'node:crypto';
import { feedEntries, type FeedEntry } from '../../../knowledge/news/feed-document.js';
import type { FeedReader } from '../../../knowledge/news/feed-reader.js';
import { shortTitle, type BuiltIn, type Outlet } from '../built-in.js';
import type { ConfigFields, SymbolNames } from '../config-fields.js';

export interface FeedConfig {
  readonly url: string;
  readonly every_s: number;
  /** An entry must have one of them as a word; empty: any entry. */
  readonly match: readonly string[];
  /** An entry must be about one of them; empty: any entry. */
  readonly symbols: readonly string[];
  /** So many of the entries that are there at the first look become events. */
  readonly initial: number;
}

export interface FeedTriggerState {
  readonly url: string;
  /** Marks of the entries that were there, the newest last. */
  readonly seen: readonly string[];
}

export interface FeedTriggerNeeds {
  readonly reader: FeedReader;
  readonly outlet: Outlet;
  /** What a text is about. */
  readonly symbolsIn: (text: string) => readonly string[];
}

const MOST_WORDS = 50;
const MOST_SYMBOLS = 100;
/** Events of one look; the others come with the next ones. */
const MOST_AT_ONCE = 50;
/** More than twice as many as a document may have. */
const MOST_SEEN = 1200;

export function checkFeed(fields: ConfigFields, market: SymbolNames): FeedConfig {
  const url = fields.text('url', 2000);
  if (url !== '' && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) fields.flaw('url', 'must be the http or https address of an RSS or Atom document', null);
  return {
    url,
    every_s: fields.integer('every_s', 5, 86_400, 300),
    match: fields.textsOr('match', MOST_WORDS, 60),
    symbols: fields.symbols(fields.textsOr('symbols', MOST_SYMBOLS, 20), 'symbols', market),
    initial: fields.integer('initial', 0, MOST_AT_ONCE, 0),
  };
}

/** An event for each new entry of an RSS or Atom document. What is there at the first look is not new. */
export class FeedTrigger implements BuiltIn {
  private readonly stopping = new AbortController();
  private readonly matches: (text: string) => boolean;
  /** null before the first look. */
  private seen: readonly string[] | null;
  private nextAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly config: FeedConfig, state: FeedTriggerState | null, private readonly needs: FeedTriggerNeeds) {
    this.seen = state?.url === config.url ? state.seen : null;
    this.matches = finder(config.match);
  }

  time(now: number): Promise<void> | null {
    if (now < this.nextAt) return null;
    this.nextAt = now + this.config.every_s * 1000;
    return this.look();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async look(): Promise<void> {
    const { reader } = this.needs;
    try {
      const text = await reader.read(this.stopping.signal);
      if (text !== null) await this.take(feedEntries(text));
    } catch (error) {
      reader.forget(); // what was not taken is asked for again
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  private async take(entries: readonly FeedEntry[]): Promise<void> {
    const before = new Set(this.seen ?? []);
    const fresh = entries.filter((entry) => !before.has(markOf(entry))).map((entry) => ({ entry, about: this.about(entry) }));
    const wanted = fresh.filter(({ about }) => about !== null);
    const now = this.seen === null ? newest(wanted, this.config.initial) : wanted.slice(-MOST_AT_ONCE);
    const later = new Set(this.seen === null ? [] : wanted.filter((each) => !now.includes(each)).map(({ entry }) => entry));
    if (later.size > 0) this.needs.reader.forget();
    // before the events, so that a stop in between makes neither a first look again nor an event twice
    const passed = fresh.filter((each) => !now.includes(each) && !later.has(each.entry)).map(({ entry }) => markOf(entry));
    if (passed.length > 0 || this.seen === null) await this.mark(passed);
    for (const { entry, about } of [...now].reverse()) {
      const next = this.with([markOf(entry)]);
      await this.needs.outlet.emit(draftOf(entry, about!, this.config.url), markOf(entry), next);
      this.seen = next.seen;
    }
  }

  /** null: it is none of those that are wanted. */
  private about(entry: FeedEntry): readonly string[] | null {
    const text = `${entry.title}\n${entry.summary}`;
    const symbols = this.needs.symbolsIn(text);
    if (this.config.symbols.length > 0 && !this.config.symbols.some((symbol) => symbols.includes(symbol))) return null;
    return this.matches(text) ? symbols : null;
  }

  private async mark(marks: readonly string[]): Promise<void> {
    const next = this.with(marks);
    await this.needs.outlet.save(next);
    this.seen = next.seen;
  }

  private with(marks: readonly string[]): FeedTriggerState {
    return { url: this.config.url, seen: [...this.seen ?? [], ...marks].slice(-MOST_SEEN) };
  }
}

/** By their times where all have one, else as the document has them. */
function newest<T extends { readonly entry: FeedEntry }>(all: readonly T[], count: number): readonly T[] {
  const dated = all.every(({ entry }) => entry.publishedAt !== null);
  return (dated ? [...all].sort((a, b) => b.entry.publishedAt! - a.entry.publishedAt!) : all).slice(0, count);
}

const markOf = ({ guid, url, title }: FeedEntry): string => createHash('sha256').update(guid ?? url ?? title).digest('hex').slice(0, 20);

/** Words from outside: `untrusted` says so to those who show them to a model. */
const draftOf = ({ title, summary, url, publishedAt }: FeedEntry, symbols: readonly string[], feed: string): { title: string; payload: string } => ({
  title: shortTitle(title),
  payload: JSON.stringify({ title, summary, url, published_at: publishedAt === null ? null : new Date(publishedAt).toISOString(), symbols, feed, untrusted: true }),
});

function finder(words: readonly string[]): (text: string) => boolean {
  if (words.length === 0) return () => true;
  const any = words.map((word) => word.trim().replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${any})(?![\\p{L}\\p{N}_])`, 'iu');
  return (text) => pattern.test(text);
}
