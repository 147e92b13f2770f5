import type { Embedder } from '../../knowledge/news/embedder.js';
import type { StoredEvent } from '../events/event.js';
import { eventText } from './event-text.js';
import { meaningOf, type Meaning } from './meaning.js';

export interface MeaningsNeeds {
  readonly embedder: Embedder;
  /** Texts are understood again, or not for a while (once per change). */
  readonly onChange: (error: Error | null) => void;
  /** An event waits no longer for what it means, milliseconds. */
  readonly boundMs?: number;
  /** After a failure nothing is asked for so long, twice as long after the next, up to five minutes. */
  readonly restMs?: number;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}

export const BOUND_MS = 300;
const REST_MS = 15_000;
const LONGEST_REST_MS = 300_000;
/** Of one call. */
const MOST_TEXTS = 64;
/** Events that are remembered: of a group that comes back with a backlog, and of those beside it. */
const REMEMBERED = 2000;

type Known = Meaning | null | Promise<void>;

/**
 * What events mean. Each is asked for once on a node, whatever number of groups it goes to, those of one turn together;
 * what is late, fails or costs too much stays unknown, and words serve.
 */
export class Meanings {
  private readonly known = new Map<string, Known>();
  private gathering: { readonly events: StoredEvent[]; readonly done: Promise<void> } | null = null;
  private failures = 0;
  private restsUntil = -Infinity;

  constructor(private readonly needs: MeaningsNeeds) {}

  get model(): string {
    return this.needs.embedder.model;
  }

  /** So that the first event does not wait for it. */
  prepare(): Promise<void> {
    return this.needs.embedder.prepare();
  }

  /** What `of` is to wait for; null: nothing. Never rejects, never takes longer than the bound. */
  ready(events: readonly StoredEvent[]): Promise<void> | null {
    const waits = new Set<Promise<void>>();
    for (const event of events) {
      const known = this.known.get(event.eventId) ?? this.begin(event);
      if (known instanceof Promise) waits.add(known);
    }
    return waits.size === 0 ? null : Promise.all(waits).then(() => undefined);
  }

  /** null: it is not known. */
  of({ eventId }: StoredEvent): Meaning | null {
    const known = this.known.get(eventId) ?? null;
    return known instanceof Promise ? null : known;
  }

  private begin(event: StoredEvent): Known {
    if (this.known.has(event.eventId)) return null;
    if (this.clock() < this.restsUntil) return null; // not kept: it may be understood when it is asked for again
    if (!this.gathering || this.gathering.events.length === MOST_TEXTS) this.gathering = this.gather();
    this.gathering.events.push(event);
    this.keep(event.eventId, this.gathering.done);
    return this.gathering.done;
  }

  private gather(): { readonly events: StoredEvent[]; readonly done: Promise<void> } {
    const events: StoredEvent[] = [];
    const done = new Promise<void>((resolve) => queueMicrotask(() => {
      this.gathering = null;
      resolve(this.ask(events));
    }));
    return { events, done };
  }

  private async ask(events: readonly StoredEvent[]): Promise<void> {
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`No embedding within ${this.boundMs} ms`);
        late.abort(error);
        reject(error);
      }, this.boundMs);
    });
    try {
      const asked = this.needs.embedder.embed(events.map(eventText), late.signal, { once: true });
      const vectors = await Promise.race([asked, bound]);
      for (const [at, { eventId }] of events.entries()) this.keep(eventId, meaningOf(vectors[at]!));
      if (this.failures > 0) this.needs.onChange(null);
      this.failures = 0;
    } catch (error) {
      for (const { eventId } of events) this.keep(eventId, null);
      this.rest(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private rest(error: unknown): void {
    if (this.clock() < this.restsUntil) return; // of several under way the first has said it
    if (this.failures === 0) this.needs.onChange(error instanceof Error ? error : new Error(String(error)));
    this.restsUntil = this.clock() + Math.min(LONGEST_REST_MS, (this.needs.restMs ?? REST_MS) * 2 ** this.failures);
    this.failures += 1;
  }

  private keep(eventId: string, known: Known): void {
    this.known.set(eventId, known);
    if (this.known.size > REMEMBERED) this.known.delete(this.known.keys().next().value!);
  }

  private get boundMs(): number {
    return this.needs.boundMs ?? BOUND_MS;
  }

  private clock(): number {
    return (this.needs.clock ?? (() => performance.now()))();
  }
}
