import type { Redis } from 'ioredis';
import { Outage } from './outage.js';
import { RedisChannels } from './redis-channels.js';
import { redisConnection } from './redis-connection.js';

/** Sharded pub/sub came with it. Valkey says a version from 7.2 on. */
const OLDEST_MAJOR = 7;
const PATIENCE_MS = 5000;
const PING_WITHIN_MS = 1000;
const AGAIN_AFTER_MS = 1000;

export interface RedisReports {
  /** Once when it goes, with why. */
  onLost(error: Error): void;
  /** Once when it is back, and what it lost meanwhile is healed. */
  onBack(): void;
  /** What concerns neither connection nor server. */
  onFault(error: Error): void;
}

/**
 * Connects to Redis. @throws Error with the remedy where it does not answer within `patienceMs`, is older than 7, or is
 * one node of a Redis Cluster; no password is in it
 */
export async function openRedis(url: string, reports: RedisReports, patienceMs = PATIENCE_MS): Promise<RedisLink> {
  const link = new RedisLink(url, reports);
  try {
    await link.begin(patienceMs);
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

/** This node's two connections to Redis: one for commands, one that listens. */
export class RedisLink {
  readonly commands: Redis;
  readonly channels: RedisChannels;
  private readonly listening: Redis;
  private readonly outage: Outage;
  private readonly healers: (() => Promise<void>)[] = [];
  private readonly where: string;
  private began = false;
  private ended = false;
  private whole = false;
  /** Counts connections, so that what one began another does not finish. */
  private turn = 0;
  private lastError: Error | null = null;

  constructor(url: string, reports: RedisReports) {
    this.where = hostOf(url);
    this.commands = redisConnection(url, 'conclave:commands');
    this.listening = redisConnection(url, 'conclave:channels');
    this.channels = new RedisChannels(this.commands, this.listening, (error) => reports.onFault(error));
    this.outage = new Outage((error) => reports.onLost(error), () => reports.onBack());
    for (const redis of [this.commands, this.listening]) {
      redis.on('error', (error) => void (this.lastError = error));
      redis.on('ready', () => void this.restore());
      redis.on('close', () => this.lost());
    }
  }

  /** True while both connections stand, all channels are subscribed, and what was lost before is healed. */
  get up(): boolean {
    return this.whole;
  }

  /** Runs after each return of Redis, before it counts as up: reads what its absence has lost. */
  onReturn(heal: () => Promise<void>): void {
    this.healers.push(heal);
  }

  /** Resolves where Redis answers and nothing is left to heal; for readiness. @throws Error that says what is wrong */
  async ping(): Promise<void> {
    if (!this.whole) throw this.absence();
    await within(this.commands.ping(), PING_WITHIN_MS, () => this.absence());
  }

  async begin(patienceMs: number): Promise<void> {
    const ready = [this.commands, this.listening].map((redis) => new Promise<void>((resolve) => redis.once('ready', resolve)));
    for (const redis of [this.commands, this.listening]) redis.connect().catch(() => undefined); // it tries again by itself
    await within(Promise.all(ready), patienceMs, () => this.absence());
    checkServer(await within(this.commands.info('server'), patienceMs, () => this.absence()), this.where);
    this.began = true;
    await this.restore();
  }

  close(): void {
    this.ended = true;
    this.whole = false;
    this.commands.disconnect();
    this.listening.disconnect();
  }

  private get connected(): boolean {
    return this.commands.status === 'ready' && this.listening.status === 'ready';
  }

  private lost(): void {
    this.whole = false;
    this.turn += 1;
    if (this.began && !this.ended) this.outage.lost(this.absence());
  }

  private async restore(): Promise<void> {
    if (!this.began || this.ended || !this.connected) return; // the other connection's 'ready' follows
    const turn = ++this.turn;
    try {
      await this.channels.resubscribe();
      for (const heal of this.healers) await heal();
    } catch (error) {
      this.lastError = error as Error;
      setTimeout(() => { if (turn === this.turn) void this.restore(); }, AGAIN_AFTER_MS).unref();
      return;
    }
    if (turn !== this.turn) return;
    this.whole = true;
    this.outage.back();
  }

  private absence(): Error {
    const why = this.lastError?.message ? ` (${this.lastError.message})` : '';
    return new Error(`Redis at ${this.where} does not answer${why}: start it, or correct REDIS_URL`);
  }
}

/** Host and port, without user and password. */
function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '6379'}`;
}

function checkServer(info: string, where: string): void {
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const version = field('redis_version');
  if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR)) {
    throw new Error(`Redis at ${where} is version ${version || 'unknown'}: use Redis ${OLDEST_MAJOR} or newer, or Valkey (sharded pub/sub is needed)`);
  }
  if (field('redis_mode') === 'cluster') {
    throw new Error(`Redis at ${where} is a node of a Redis Cluster: point REDIS_URL to a single server, or to one address with replicas behind it`);
  }
}

async function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([work, new Promise<never>((_, reject) => { timer = setTimeout(() => reject(late()), ms); })]);
  } finally {
    clearTimeout(timer);
  }
}
