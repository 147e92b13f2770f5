import { INTERVALS, type Interval } from '../model/interval.js';
import type { PanelFile } from './analysts-file.js';
import type { Config } from './config.js';
import type { Findings } from './findings.js';
import { SYMBOLS_FILE, type SymbolsFile } from './symbols-file.js';
import type { Variables } from './variables.js';

/** Comparisons of the consensus tolerate this; a threshold so near to 2/3 would be 2/3, and could not hold against faulty voters. */
const TOLERANCE = 1e-9;
const USUAL_MIN_DOMAINS = 3;
const KEEP_CANDLES = 500;
const COOLDOWN_MS = 5000;
const RULES_DEADLINE_MS = 2000;
const MODELS_DEADLINE_MS = 30_000;

type SignalsConfig = Pick<Config, 'market' | 'watch' | 'panel' | 'models' | 'consensus'>;

/** Which candles are seen, when a run begins, who is asked, and what makes a signal. */
export function signalsConfig(variables: Variables, symbols: SymbolsFile, panel: PanelFile, findings: Findings): SignalsConfig {
  const { seats } = panel;
  const interval: Interval = variables.choice('CANDLE_INTERVAL', INTERVALS, '1m');
  if (!symbols.intervals.includes(interval)) findings.problem(`CANDLE_INTERVAL is ${interval}, which ${SYMBOLS_FILE} does not keep: add it to its intervals (${symbols.intervals.join(', ')}), or choose one of them`);
  return {
    market: { interval, intervals: symbols.intervals, horizonBars: symbols.horizonBars, keepCandles: KEEP_CANDLES },
    watch: {
      priceMove: variables.number('PRICE_MOVE_TRIGGER', 0.01, { min: 0, max: 1, above: true }),
      intervalMs: Math.round(variables.number('SIGNAL_GENERATION_INTERVAL', 30, { min: 0.1, max: 86_400 }) * 1000),
      cooldownMs: COOLDOWN_MS,
    },
    panel: {
      seats, empty: panel.empty, earlyStop: panel.earlyStop,
      deadlineMs: variables.integer('ANALYSIS_DEADLINE_MS', seats.some(({ kind }) => kind === 'model') ? MODELS_DEADLINE_MS : RULES_DEADLINE_MS, { min: 10, max: 600_000 }),
    },
    models: panel.models,
    consensus: {
      threshold: variables.number('AGENT_CONSENSUS_THRESHOLD', 0.7, { min: 2 / 3 + TOLERANCE, max: 1, above: true, words: 'above 2/3 and at most 1' }),
      minConfidence: variables.number('AGENT_MIN_CONFIDENCE', 0.6, { min: 0, max: 1 }),
      minDomains: minDomains(variables, panel, findings),
    },
  };
}

/** Each seat of a rule is a fault domain of its own, and each family of models; seats on trial are in no tally. */
function minDomains(variables: Variables, { seats }: PanelFile, findings: Findings): number {
  const needed = variables.integer('MIN_AGENTS_FOR_SIGNAL', USUAL_MIN_DOMAINS, { min: 1, max: 1000 });
  const voting = new Set(seats.filter(({ weight }) => weight > 0).map((seat) => (seat.kind === 'model' ? `model:${seat.family}` : seat.id))).size;
  if (voting < needed) findings.warn(`MIN_AGENTS_FOR_SIGNAL is ${needed} and ${voting} fault domains of config/analysts.yaml have a weight above 0: without remote analysts no signal can be made. Lower the one, or seat more of the others`);
  if (needed === 1) findings.warn('MIN_AGENTS_FOR_SIGNAL=1: a single analyst may make a BUY or SELL alone, right or wrong');
  if (needed === 2) findings.warn('MIN_AGENTS_FOR_SIGNAL=2: two analysts that agree make a signal; nothing tells which is wrong where they do not');
  return needed;
}
