import type { AgentConfig } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import type { IndicatorValues } from '../../model/indicators.js';
import type { Instrument } from '../../model/instrument.js';
import type { Interval } from '../../model/interval.js';
import type { Action } from '../../model/opinion.js';
import type { StructureState } from '../../model/structure.js';
import type { AccountView } from '../trading.js';

export const AGENT_ACTIONS = ['open_long', 'open_short', 'close_long', 'close_short', 'hold', 'wait'] as const;
/** `hold`: keep what is there. `wait`: nothing is there, or nothing is decided. */
export type AgentAction = (typeof AGENT_ACTIONS)[number];

/** What an agent decides of one symbol in one cycle. Numbers are wishes: sizing and gates have the last word. */
export interface AgentDecision {
  readonly action: AgentAction;
  readonly symbol: string;
  /** Of the equity, 0 to 1; null: as config/risk.yaml sizes. */
  readonly share: number | null;
  readonly leverage: number;
  readonly target: number | null;
  readonly stop: number | null;
  /** 0 to 1; null where nothing is traded. */
  readonly confidence: number | null;
  readonly reason: string;
}

/** The panel's newest signal of a symbol while it is valid. */
export interface PanelSignal {
  readonly action: Action;
  readonly confidence: number;
  readonly strength: string;
  readonly price: number;
  readonly at: number;
  readonly reasoning: readonly string[];
  readonly dissent: readonly string[];
}

/** What is known of one symbol, after closed candles alone but for the price. */
export interface SymbolInputs {
  readonly instrument: Instrument;
  readonly interval: Interval;
  readonly source: string;
  readonly price: number;
  /** At most 30, oldest first. */
  readonly candles: readonly Candle[];
  readonly indicators: IndicatorValues | null;
  readonly structure: StructureState | null;
  readonly signal: PanelSignal | null;
}

/** What was learnt from a closed trade. */
export interface Lesson {
  readonly symbol: string;
  readonly at: number;
  readonly outcomeReturn: number;
  readonly thought: string;
  readonly happened: string;
  readonly change: string;
}

/** Where a rule stood at the last cycle, by symbol: 1 long, −1 short, 0 neither. */
export type Stances = Readonly<Record<string, number>>;

/** All that one cycle decides on. */
export interface CycleInputs {
  readonly agent: AgentConfig;
  readonly cycle: number;
  /** Market time, epoch milliseconds. */
  readonly asOf: number;
  readonly account: AccountView;
  readonly symbols: readonly SymbolInputs[];
  /** Newest first. */
  readonly lessons: readonly Lesson[];
  readonly before: Stances;
}

export interface Decided {
  /** For a person to read. */
  readonly reasoning: string;
  /** One a symbol. */
  readonly decisions: readonly AgentDecision[];
  /** Why nothing was decided; null where it went well. */
  readonly error: string | null;
  readonly stances: Stances;
}

/** Who decides for an agent. */
export abstract class Decider {
  /** `rules`, or the model's name. */
  abstract readonly name: string;
  /** Never rejects for a model that fails: it decides nothing then, and says why. */
  abstract decide(inputs: CycleInputs, signal: AbortSignal): Promise<Decided>;
}

/** The id of a cycle: of its model calls, its proposals and its messages. */
export const cycleId = (agentId: string, cycle: number): string => `agent:${agentId}:${cycle}`;

/** Nothing is done, and why. */
export const wait = (symbol: string, reason: string): AgentDecision => ({ action: 'wait', symbol, share: null, leverage: 1, target: null, stop: null, confidence: null, reason });
