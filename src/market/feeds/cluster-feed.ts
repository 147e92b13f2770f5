import type { Candle, Tick } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { Channels } from '../../storage/channels.js';
import type { LeaseKeeper } from '../../storage/lease-keeper.js';
import { FeedPosition } from './feed-position.js';
import { Feed, type FeedLine, type FeedSink } from './feed.js';
import { readBatch, tickOf, type MarketBatch } from './market-batch.js';

export const FEED_LEASE = 'feed';
const CHANNEL = 'market';
/** How often the leader says where it stands: a lost batch is noticed within it. */
const HEARTBEAT_MS = 1000;
const STOP_WITHIN_MS = 3000;

export interface ClusterFeedOptions {
  /** The configured feed; it speaks only on the leader. */
  readonly inner: Feed;
  readonly channels: Channels;
  /** Of the lease `FEED_LEASE`; null on a node that only listens (without the role `market`). */
  readonly keeper: LeaseKeeper | null;
  /** The term under way, as the database has it. */
  readonly termNow: () => Promise<number>;
  /** This node; unique. */
  readonly node: string;
  readonly onError: (error: unknown) => void;
  readonly onLead?: (leads: boolean, term: number) => void;
  readonly heartbeatMs?: number;
}

/**
 * One feed for all nodes. The holder of the lease runs the configured feed, says everything to its own market and
 * publishes it with its term; the others take what is published, so that each node's market has the same candles. This is
 * the one place where terms are compared: what comes under a lower one than the highest seen is dropped, and a leader asks
 * its lease before each thing that it says. Who missed something (Redis away, joined late) notices by the positions and
 * asks its own inner feed for it (`Feed.again`).
 */
export class ClusterFeed extends Feed {
  readonly instruments: Feed['instruments'];
  /** Batches of deposed leaders. */
  rejected = 0;
  readonly #options: ClusterFeedOptions;
  readonly #inner: Feed;
  #sink: FeedSink | null = null;
  /** The highest that was seen. */
  #term = 0;
  readonly #nameAtStart: string;
  /** As the leader said it last. */
  #heardName: string | null = null;
  #leading = false;
  #ledUnder = 0;
  readonly #position = new FeedPosition();
  #candleTime = 0;
  #ended = false;
  /** Said here and not published yet. */
  #round: Tick[] = [];
  /** What has to be done in order while something of it takes time. */
  #work: Promise<void> = Promise.resolve();
  #queued = 0;
  #stopping: Promise<void> = Promise.resolve();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: ClusterFeedOptions) {
    super();
    this.#options = options;
    this.#inner = options.inner;
    this.#nameAtStart = options.inner.name;
    this.instruments = options.inner.instruments;
  }

  get name(): string {
    const { name } = this.#inner;
    return name === this.#nameAtStart ? this.#heardName ?? name : name;
  }

  override line(): FeedLine | null {
    return this.leads() ? this.#inner.line() : null;
  }

  override prepare(): Promise<void> {
    return this.#inner.prepare();
  }

  ownInterval(symbol: string): Interval | null {
    return this.#inner.ownInterval(symbol);
  }

  now(): number {
    return Math.max(this.#inner.now(), this.#candleTime);
  }

  history(symbol: string, interval: Interval, limit: number, before: number): Promise<readonly Candle[]> {
    return this.#inner.history(symbol, interval, limit, before);
  }

  override openCandle(symbol: string, interval: Interval, at: number): Promise<Candle | null> {
    return this.#inner.openCandle(symbol, interval, at);
  }

  async start(sink: FeedSink, from = 0): Promise<void> {
    const { channels, keeper, termNow } = this.#options;
    this.#sink = sink;
    this.#position.begin(from);
    await channels.listen(CHANNEL, (text) => this.#hear(text));
    this.#term = Math.max(this.#term, await termNow());
    await keeper?.start({
      gained: (term) => this.#gained(term),
      lost: (term) => this.#lost(term),
      seen: (term) => { this.#term = Math.max(this.#term, term); },
    });
  }

  /** Gives the lease back. What takes longer, as a candle in hand whose run is elsewhere, is not waited for. */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.#leave(), new Promise((resolve) => { timer = setTimeout(resolve, STOP_WITHIN_MS); })]);
    clearTimeout(timer);
  }

  /** True while the lease is held. */
  leads(): boolean {
    return this.#leading && this.#options.keeper!.isHeld();
  }

  /** Under which this node leads, or led last; 0 before. */
  term(): number {
    return this.#ledUnder;
  }

  async #leave(): Promise<void> {
    const led = this.leads();
    this.#sink = null;
    await this.#options.keeper?.stop();
    if (led) this.#publish({ term: this.#ledUnder, ...this.#standing, left: true });
    await this.#stopping;
  }

  #gained(term: number): void {
    this.#term = Math.max(this.#term, term);
    this.#ledUnder = term;
    this.#leading = true;
    this.#options.onLead?.(true, term);
    this.#enqueue(async () => {
      await this.#stopping; // of an earlier term
      if (!this.#maySpeak(term)) return;
      this.#heartbeat = setInterval(() => this.#beat(term), this.#options.heartbeatMs ?? HEARTBEAT_MS).unref();
      this.#beat(term);
      await this.#inner.start(this.#spoken(term), this.#position.at);
    });
  }

  /** What was about to be published is dropped: the next leader says it again. */
  #lost(term: number): void {
    if (!this.#leading) return;
    this.#leading = false;
    this.#round = [];
    clearInterval(this.#heartbeat);
    this.#options.onLead?.(false, term);
    this.#stopping = this.#inner.stop().catch(this.#options.onError);
  }

  #maySpeak(term: number): boolean {
    return this.#leading && this.#term === term && this.#sink !== null && this.#options.keeper!.isHeld();
  }

  /** What the inner feed says while this node leads under `term`. */
  #spoken(term: number): FeedSink {
    return {
      tick: (tick) => {
        if (!this.#maySpeak(term)) return;
        if (this.#round.length === 0) queueMicrotask(() => this.#endRound(term));
        this.#round.push(tick);
        this.#tick(tick);
      },
      candle: async (symbol, interval, candle) => {
        if (!this.#maySpeak(term)) return;
        const after = this.#position.at;
        this.#position.reach(after + 1);
        this.#publish({ term, after, upTo: after + 1, candle: [symbol, interval, candle] });
        await this.#candle(symbol, interval, candle);
      },
      ended: () => {
        if (!this.#maySpeak(term)) return;
        this.#end();
        this.#beat(term);
      },
    };
  }

  /** All ticks that the feed said in one go are one message. */
  #endRound(term: number): void {
    const ticks = this.#round;
    if (ticks.length === 0 || !this.#maySpeak(term)) return;
    this.#round = [];
    const after = this.#position.at;
    for (const { time } of ticks) this.#position.reach(time);
    this.#publish({ term, after, upTo: this.#position.at, ticks: ticks.map(({ symbol, price, volume, time }) => [symbol, price, volume, time]) });
  }

  #beat(term: number): void {
    if (!this.#maySpeak(term) || this.#round.length > 0) return;
    this.#publish({ term, ...this.#standing, ...(this.#ended && { ended: true }) });
  }

  get #standing(): Pick<MarketBatch, 'after' | 'upTo'> {
    return { after: this.#position.at, upTo: this.#position.at };
  }

  #publish(batch: Omit<MarketBatch, 'by'>): void {
    this.#options.channels.publish(CHANNEL, JSON.stringify({ by: this.#options.node, ...(this.name !== this.#nameAtStart && { source: this.name }), ...batch } satisfies MarketBatch));
  }

  #hear(text: string): void {
    const batch = readBatch(text);
    if (!batch || batch.by === this.#options.node || !this.#sink) return;
    if (batch.term < this.#term) {
      this.rejected += 1;
      return;
    }
    if (batch.term > this.#term) {
      this.#term = batch.term;
      this.#options.keeper?.deposed();
    }
    if (typeof batch.source === 'string') this.#heardName = batch.source;
    if (batch.left) this.#options.keeper?.tryNow();
    if (this.#queued === 0 && batch.ticks && this.#position.has(batch.after)) this.#takeTicks(batch);
    else this.#enqueue(() => this.#take(batch));
  }

  async #take(batch: MarketBatch): Promise<void> {
    if (batch.term < this.#term) {
      this.rejected += 1;
      return;
    }
    if (!this.#position.has(batch.after)) await this.#catchUp(batch.after);
    if (batch.ticks) this.#takeTicks(batch);
    if (batch.candle && !this.#position.has(batch.upTo)) {
      this.#position.reach(batch.upTo);
      await this.#candle(...batch.candle);
    }
    if (batch.ended) this.#end();
  }

  #takeTicks({ after, upTo, ticks = [] }: MarketBatch): void {
    const mayRepeat = this.#position.mayRepeat(after);
    for (const tick of ticks.map(tickOf)) if (!mayRepeat || this.#position.isNew(tick)) this.#tick(tick);
    this.#position.reach(upTo);
  }

  /** Says to the market what was missed, as far as the feed knows. */
  async #catchUp(upTo: number): Promise<void> {
    const said = await this.#inner.again({
      tick: (tick) => { if (this.#position.isNew(tick)) this.#tick(tick); },
      candle: (symbol, interval, candle) => this.#candle(symbol, interval, candle),
      ended: () => undefined,
    }, this.#position.at, upTo);
    if (!said) this.#options.onError(new Error(`The feed ${this.name} does not know what this node missed: its candles may lack ticks until it is started again`));
    this.#position.reach(upTo);
  }

  #tick(tick: Tick): void {
    this.#position.tick(tick);
    this.#sink?.tick(tick);
  }

  async #candle(symbol: string, interval: Interval, candle: Candle): Promise<void> {
    if (candle.knownAt > this.#candleTime) this.#candleTime = candle.knownAt;
    await this.#sink?.candle(symbol, interval, candle);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sink?.ended();
  }

  #enqueue(step: () => Promise<void>): void {
    this.#queued += 1;
    this.#work = this.#work.then(step).catch(this.#options.onError).finally(() => { this.#queued -= 1; });
  }
}
