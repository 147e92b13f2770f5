import type { Instrument, TimestampKind } from '../model/instrument.js';
import type { Interval } from '../model/interval.js';

/** How one source writes one symbol. */
export interface SourceFormat {
  readonly timestamps: TimestampKind;
  readonly volume: 'base' | 'quote';
}

export interface ConfiguredInstrument extends Instrument {
  /** By feed name (`replay`, `simulated`, …). */
  readonly sources: Readonly<Record<string, SourceFormat>>;
  /** False where `config/symbols.yaml` has no entry and defaults are used. */
  readonly listed: boolean;
}

export interface SeatConfig {
  /** `agent_id` on the wire, e.g. `trend`. */
  readonly id: string;
  /** Name on the wire, e.g. `TrendAnalyst`. */
  readonly name: string;
  readonly kind: 'rule';
  /** Which rule, e.g. `trend`, `smart_money`. */
  readonly rule: string;
  /** 0 = on trial: asked and shown, outside the tally. */
  readonly weight: number;
}

export interface FeedConfig {
  readonly kind: 'simulated' | 'replay';
  readonly simSeed: number;
  /** Milliseconds of market time between two ticks of one simulated symbol. */
  readonly simTickMs: number;
  /** Canonical symbol → path. */
  readonly replayFiles: ReadonlyMap<string, string>;
  readonly replayLoop: boolean;
  /** Times real time; 0 = as fast as runs are stored. */
  readonly replaySpeed: number;
}

export const ROLES = ['gateway', 'analyst', 'market', 'trading'] as const;
/** A part of the work that a node does. */
export type Role = (typeof ROLES)[number];

/** Everything that the server was told, validated and frozen. */
export interface Config {
  readonly version: string;
  /** `trustProxy`: whose X-Forwarded-For is believed; addresses, networks, or names that `proxy-addr` knows. */
  readonly server: { readonly host: string; readonly port: number; readonly trustProxy: readonly string[] };
  readonly logLevel: string;
  readonly instruments: readonly ConfiguredInstrument[];
  readonly feed: FeedConfig;
  readonly market: {
    /** What analysts see of feeds that tick. */
    readonly interval: Interval;
    /** All intervals that are kept of feeds that tick. */
    readonly intervals: readonly Interval[];
    readonly horizonBars: Readonly<Record<Interval, number>>;
    /** Candles kept per symbol and interval. */
    readonly keepCandles: number;
  };
  readonly watch: {
    /** Share of the price at the last analysis, e.g. 0.01. */
    readonly priceMove: number;
    readonly intervalMs: number;
    /** Least time between two runs that price moves of one symbol trigger, in market milliseconds. */
    readonly cooldownMs: number;
  };
  readonly panel: { readonly seats: readonly SeatConfig[]; readonly deadlineMs: number };
  readonly consensus: { readonly threshold: number; readonly minConfidence: number; readonly minDomains: number };
  /** `redisUrl` set: one of several nodes on the same PostgreSQL and Redis. */
  readonly storage: { readonly dataDir: string; readonly databaseUrl: string | null; readonly redisUrl: string | null };
  /** What this node does; all of it where it is alone. */
  readonly roles: ReadonlySet<Role>;
  readonly rooms: { readonly keepMessages: number; readonly keepHours: number };
  readonly auth: {
    readonly required: boolean;
    readonly jwtSecret: string | null;
    readonly jwksUrl: string | null;
    readonly audience: string | null;
    readonly issuer: string | null;
    /** null: same origin and localhost. */
    readonly allowedOrigins: readonly string[] | null;
  };
  readonly limits: {
    readonly heartbeatIntervalMs: number;
    readonly heartbeatTimeoutMs: number;
    readonly queueMessages: number;
    readonly queueBytes: number;
    readonly maxConnections: number;
    readonly maxConnectionsPerIp: number;
    readonly maxSubscriptions: number;
    readonly analyzePerMinute: number;
    readonly commandsPerSecond: number;
    readonly commandBurst: number;
    readonly frameBytes: number;
    readonly badFramesPerMinute: number;
    readonly authenticateWithinMs: number;
  };
  readonly compression: boolean;
  /** Things worth saying at start that are not mistakes. */
  readonly warnings: readonly string[];
}
