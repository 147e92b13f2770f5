import type { Redis } from 'ioredis';

/** Bytes on their way to Redis above which further messages are dropped: a server that hangs must not fill the memory. */
const MOST_IN_FLIGHT = 16 * 1024 * 1024;
/** About what a command costs besides its payload. */
const COMMAND_BYTES = 256;
const CHANNELS_AT_ONCE = 500;

type Listener = (channel: Buffer, message: Buffer) => void;

/**
 * Sharded pub/sub with the face that `createShardedAdapter` expects of its two clients (ioredis). The library neither
 * awaits nor catches what it asks; here nothing of that rejects unheard, and nothing is queued: channels are remembered
 * and subscribed when the connection is back, messages are dropped while it is away.
 */
export class RedisChannels {
  private readonly wanted = new Set<string>();
  private latest: Promise<void> = Promise.resolve();
  private bytesInFlight = 0;

  constructor(
    private readonly publisher: Redis,
    private readonly subscriber: Redis,
    /** What a listener threw, or Redis refused while it was there. */
    private readonly onFault: (error: Error) => void,
  ) {}

  /** False while what is published would only be dropped. */
  get open(): boolean {
    return this.publisher.status === 'ready' && this.bytesInFlight < MOST_IN_FLIGHT;
  }

  /** Resolves when every channel asked for so far is confirmed; at once while the connection is away. Never rejects. */
  settled(): Promise<void> {
    return this.latest;
  }

  /** Subscribes to all that is wanted, after a connection began anew. @throws where that connection went, or Redis refuses */
  async resubscribe(): Promise<void> {
    const channels = [...this.wanted];
    const parts: Promise<unknown>[] = [];
    for (let at = 0; at < channels.length; at += CHANNELS_AT_ONCE) {
      parts.push(this.subscriber.ssubscribe(...channels.slice(at, at + CHANNELS_AT_ONCE)));
    }
    this.latest = Promise.allSettled(parts).then(() => undefined);
    await Promise.all(parts);
  }

  on(event: 'smessageBuffer', listener: Listener): void {
    this.subscriber.on(event, (channel: Buffer, message: Buffer) => {
      try {
        listener(channel, message);
      } catch (error) {
        this.onFault(new Error('A message from Redis could not be used', { cause: error }));
      }
    });
  }

  ssubscribe(channel: string): void {
    this.wanted.add(channel);
    if (this.subscriber.status === 'ready') this.latest = this.quietly(this.subscriber.ssubscribe(channel));
  }

  sunsubscribe(channels: string | readonly string[]): void {
    for (const channel of [channels].flat()) {
      this.wanted.delete(channel);
      if (this.subscriber.status === 'ready') void this.quietly(this.subscriber.sunsubscribe(channel));
    }
  }

  async spublish(channel: string, payload: string | Buffer): Promise<unknown> {
    if (!this.open) return 0;
    const bytes = payload.length + COMMAND_BYTES;
    this.bytesInFlight += bytes;
    try {
      return await this.publisher.spublish(channel, payload);
    } finally {
      this.bytesInFlight -= bytes;
    }
  }

  /** `PUBSUB SHARDNUMSUB`, by which the adapter counts the nodes. */
  send_command(name: string, args: readonly string[], answer: (error: Error | null, reply?: unknown) => void): void {
    this.publisher.call(name, ...args).then((reply) => answer(null, reply), (error: Error) => answer(error));
  }

  /** Where the connection went, the channel is subscribed when it is back; what Redis itself refuses is said. */
  private async quietly(asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (error) {
      if (this.subscriber.status === 'ready') this.onFault(new Error('Redis refuses a channel', { cause: error }));
    }
  }
}
