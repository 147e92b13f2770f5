import type { Redis } from 'ioredis';

/** What nodes tell each other at once. It may be lost: who must not miss it has another way to find out. */
export abstract class Channels {
  /** To all who listen, this node too. */
  abstract publish(channel: string, text: string): void;
  /** Resolves when what is published arrives. */
  abstract listen(channel: string, hear: (text: string) => void): Promise<void>;
  abstract close(): void;
}

/** Over Redis, with a connection of its own for listening. */
export class RedisChannels extends Channels {
  readonly #subscriber: Redis;
  readonly #listeners = new Map<string, ((text: string) => void)[]>();

  constructor(private readonly redis: Redis, private readonly prefix: string, onError: (error: unknown) => void) {
    super();
    this.#subscriber = redis.duplicate({ maxRetriesPerRequest: null });
    this.#subscriber.on('error', onError);
    this.#subscriber.on('message', (channel: string, text: string) => {
      for (const hear of this.#listeners.get(channel) ?? []) hear(text);
    });
  }

  /** While Redis is away nothing is kept for later: it would be old news. */
  publish(channel: string, text: string): void {
    if (this.redis.status === 'ready') this.redis.publish(this.prefix + channel, text).catch(() => undefined);
  }

  async listen(channel: string, hear: (text: string) => void): Promise<void> {
    const name = this.prefix + channel;
    const listeners = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, [...listeners, hear]);
    if (listeners.length === 0) await this.#subscriber.subscribe(name);
  }

  close(): void {
    this.#subscriber.disconnect();
  }
}
