import type { AssetClass, Instrument, TimestampKind } from '../model/instrument.js';
import type { Interval } from '../model/interval.js';
import type { AccountMode } from '../model/trading.js';

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

interface SeatBase {
  /** `agent_id` on the wire, e.g. `trend`. */
  readonly id: string;
  /** Name on the wire, e.g. `TrendAnalyst`. */
  readonly name: string;
  /** 0 = on trial: asked and shown, outside the tally. */
  readonly weight: number;
}

export interface RuleSeatConfig extends SeatBase {
  readonly kind: 'rule';
  /** Which rule, e.g. `trend`, `smart_money`. */
  readonly rule: string;
}

/** How a model is asked. */
export interface ModelCallConfig {
  /** Name of one of `models.providers`. */
  readonly provider: string;
  readonly model: string;
  /** What fails together; models of one family are one fault domain. */
  readonly family: string;
  readonly temperature: number;
  readonly seed: number | null;
  /** Most tokens of a reply. */
  readonly maxTokens: number;
  /** From the asking of the seat; the run's own deadline stands besides. */
  readonly deadlineMs: number;
  /** The prompt file's path below the root, and its text. */
  readonly prompt: { readonly path: string; readonly text: string };
}

export interface ModelSeatConfig extends SeatBase, ModelCallConfig {
  readonly kind: 'model';
  readonly role: ModelRole;
}

export const MODEL_ROLES = ['technical', 'sentiment', 'fundamental', 'news', 'risk'] as const;
export type ModelRole = (typeof MODEL_ROLES)[number];

export type SeatConfig = RuleSeatConfig | ModelSeatConfig;

/** A seat that nobody takes, and why: shown, never asked. */
export interface EmptySeat {
  readonly id: string;
  readonly name: string;
  readonly kind: 'rule' | 'model';
  readonly why: string;
}

/** A server that speaks the chat completions of OpenAI's API. */
export interface ProviderConfig {
  readonly name: string;
  /** null: the SDK's own. */
  readonly baseUrl: string | null;
  /** Secret. */
  readonly apiKey: string;
  readonly callsInFlight: number;
  /** Milliseconds that its breaker stays open after five failures one after the other. */
  readonly breakerMs: number;
}

/** USD per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

export const LLM_MODES = ['live', 'record', 'replay'] as const;

export interface ModelsConfig {
  /** `record`: as `live`, and an opinion counts only once its calls are stored. `replay`: from the log, without a network. */
  readonly mode: (typeof LLM_MODES)[number];
  readonly providers: readonly ProviderConfig[];
  /** By model; `*` is what an unlisted one is booked at. */
  readonly prices: ReadonlyMap<string, ModelPrice>;
  /** USD a day (UTC). */
  readonly budgets: { readonly day: number; readonly symbol: number; readonly requester: number };
  /** Who argues in a deep run; null: no model seat is taken. */
  readonly debate: { readonly rounds: number; readonly bull: ModelCallConfig; readonly bear: ModelCallConfig; readonly judge: ModelCallConfig } | null;
  /** For news and situations; null: a local sparse vector. */
  readonly embeddings: { readonly provider: string; readonly model: string } | null;
}

/** An RSS or Atom feed. */
export interface NewsFeedConfig {
  readonly name: string;
  readonly url: string;
  /** What all of it is about; empty: found in each item's words. */
  readonly symbols: readonly string[];
}

export interface NewsConfig {
  readonly feeds: readonly NewsFeedConfig[];
  readonly everyMs: number;
  /** Items older than this, at the view's time, are not offered to analysts. */
  readonly maxAgeMs: number;
}

export interface FeedConfig {
  readonly kind: 'simulated' | 'replay' | 'ws';
  /** Of an outside stream; null where `kind` is another. Secret: it may hold a password or a token. */
  readonly url: string | null;
  readonly simSeed: number;
  /** Milliseconds of market time between two ticks of one simulated symbol. */
  readonly simTickMs: number;
  /** Canonical symbol → path. */
  readonly replayFiles: ReadonlyMap<string, string>;
  readonly replayLoop: boolean;
  /** Times real time; 0 = as fast as runs are stored. */
  readonly replaySpeed: number;
}

export const BROKERS = ['off', 'paper', 'alpaca-paper', 'alpaca-live'] as const;

/** Where shares are meant: of the equity. */
export interface SizingConfig {
  readonly method: 'fixed_fraction' | 'volatility_target' | 'kelly';
  /** Of one position: at most, by whatever method. */
  readonly fraction: number;
  /** Volatility of a day that a position is to have, as a share of the equity. */
  readonly dailyVolatility: number;
  /** Share of the full Kelly stake. */
  readonly kellyFraction: number;
}

/** Which intents wait for a person; the first that fits decides, and where none does nobody is asked. */
export interface ApprovalPolicy {
  readonly brokers: readonly string[] | null;
  readonly accounts: readonly string[] | null;
  readonly symbols: readonly string[] | null;
  readonly origins: readonly string[] | null;
  /** Only intents worth at least this, in the account's currency. */
  readonly minNotional: number;
  /** Persons who must agree; 0: nobody is asked. */
  readonly needed: number;
}

export interface ApprovalConfig {
  readonly policies: readonly ApprovalPolicy[];
  readonly expiresMs: number;
  /** Share of the price shown. */
  readonly maxDrift: number;
}

export interface PaperTerms {
  /** Shares of the price, by asset class. */
  readonly fee: Readonly<Record<AssetClass, number>>;
  readonly halfSpread: Readonly<Record<AssetClass, number>>;
  readonly slippage: Readonly<Record<AssetClass, number>>;
  /** Share of a bar's base volume that one account gets. */
  readonly participation: number;
  readonly maintenanceMargin: number;
  readonly maxLeverage: number;
  /** Of a perpetual's position, each eight hours; 0: none. */
  readonly fundingRate: number;
}

export interface AccountConfig {
  readonly id: string;
  /** `configured`: what TRADING says. */
  readonly broker: 'configured' | 'paper';
  readonly mode: AccountMode;
  readonly currency: string;
  readonly balance: number;
  /** Signals of Conclave are its targets. */
  readonly followsSignals: boolean;
  readonly maxLeverage: number;
  readonly limits: RiskLimitsConfig;
  readonly sizing: SizingConfig;
}

/** Shares are of the account's equity. */
export interface RiskLimitsConfig {
  /** Worth of one symbol's position, with open orders. */
  readonly maxPosition: number;
  /** Worth of all positions, long and short added up, with open orders. */
  readonly maxExposure: number;
  /** Worth of all symbols of one underlying (BTCUSDT and BTC/USD). */
  readonly maxConcentration: number;
  /** Loss since the day began (00:00Z), as a share of the equity then. */
  readonly maxDailyLoss: number;
  /** From the highest equity. */
  readonly maxDrawdown: number;
  readonly ordersPerMinute: number;
  /** How far an order's own price may be from the market's, and the market's from the price it was decided at. */
  readonly priceBand: number;
  /** Oldest price that may be traded on, market milliseconds. */
  readonly maxPriceAgeMs: number;
  readonly minConfidence: number;
  /** More day trades than this in so many sessions need this equity; null: not applied. */
  readonly dayTradeRule: { readonly maxDayTrades: number; readonly sessions: number; readonly minEquity: number } | null;
}

/** A trading agent, or the one of an asset. */
export interface AgentConfig {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly symbols: readonly string[];
  /** `asset`: it shows under /api/assets, and its one symbol names it. */
  readonly kind: 'agent' | 'asset';
  /** Rules where the model is null; `why` says why there is none where one was asked for. */
  readonly model: ModelCallConfig | null;
  readonly why: string | null;
  readonly intervalS: number;
  readonly leverage: number;
}

export interface StrategyConfig {
  readonly id: string;
  /** Which, e.g. `moving_average_crossover`; its class is known to trading/. Or a path, `./my-strategy.js`. */
  readonly strategy: string;
  /** Absolute path of one's own, which exports a class; null: one of the house. */
  readonly file: string | null;
  readonly accountId: string;
  readonly symbols: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
}

export interface TradingConfig {
  readonly broker: (typeof BROKERS)[number];
  /** Secrets. `null` addresses: the SDK's own. */
  readonly alpaca: { readonly keyId: string; readonly secretKey: string; readonly baseUrl: string | null; readonly dataUrl: string | null; readonly streamUrl: string | null } | null;
  readonly accounts: readonly AccountConfig[];
  /** Of accounts that say none of their own. */
  readonly limits: RiskLimitsConfig;
  readonly sizing: SizingConfig;
  readonly approval: ApprovalConfig;
  /** What a broken daily loss or drawdown makes of an account. */
  readonly breaker: 'REDUCING' | 'HALTED';
  readonly paper: PaperTerms;
  readonly agents: readonly AgentConfig[];
  readonly strategies: readonly StrategyConfig[];
  /** How models look back on trades; null where no agent has one. */
  readonly reflection: ModelCallConfig['prompt'] | null;
  /** Who draws lessons of groups' trades; null: facts alone. */
  readonly lesson: ModelCallConfig | null;
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
  readonly panel: {
    readonly seats: readonly SeatConfig[];
    readonly empty: readonly EmptySeat[];
    readonly deadlineMs: number;
    /** Ends a run once nothing outstanding can change its action. */
    readonly earlyStop: boolean;
  };
  readonly models: ModelsConfig;
  readonly news: NewsConfig;
  readonly consensus: { readonly threshold: number; readonly minConfidence: number; readonly minDomains: number };
  readonly trading: TradingConfig;
  /** `redisUrl` set: one of several nodes on the same PostgreSQL and Redis. */
  readonly storage: { readonly dataDir: string; readonly databaseUrl: string | null; readonly redisUrl: string | null };
  /** What this node does; all of it where it is alone. */
  readonly roles: ReadonlySet<Role>;
  readonly rooms: { readonly keepMessages: number; readonly keepHours: number };
  /** How long what is bulky is kept, in days; 0: for ever. */
  readonly retention: {
    /** What runs were built from, and calls of models: wall time. */
    readonly runDays: number;
    /** What agents saw in a cycle: market time before the agent's last one. */
    readonly cycleDays: number;
    /** All points of equity, and from then on those of hours until `equityHourlyDays`, of days after that: market time before the account's last one. */
    readonly equityDays: number;
    readonly equityHourlyDays: number;
  };
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
