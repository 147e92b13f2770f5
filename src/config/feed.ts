import type { ConfiguredInstrument, FeedConfig } from './config.js';
import type { Findings } from './findings.js';
import { frozenMap } from './freeze.js';
import { DEFAULT_SYMBOLS, pickInstruments } from './instruments.js';
import { replayPaths, replayFiles } from './replay-files.js';
import type { SymbolsFile } from './symbols-file.js';
import type { Variables } from './variables.js';

interface FeedAndInstruments {
  readonly feed: FeedConfig;
  readonly instruments: readonly ConfiguredInstrument[];
}

/** Where prices come from, and of what. */
export function feedConfig(variables: Variables, root: string, symbols: SymbolsFile, findings: Findings): FeedAndInstruments {
  const kind = feedKind(variables, findings);
  const paths = replayPaths(variables, findings);
  const wanted = variables.list('SYMBOLS');
  const replayed = kind === 'replay' && paths.length > 0 ? paths.map(([symbol]) => symbol) : null;
  const instruments = pickInstruments(wanted ?? replayed ?? DEFAULT_SYMBOLS, wanted ? 'SYMBOLS' : replayed ? 'REPLAY_FILES' : 'the default of SYMBOLS', symbols, findings);
  if (kind === 'replay' && variables.list('REPLAY_FILES') === null) {
    findings.problem('FEED=replay needs REPLAY_FILES: set it to SYMBOL=path pairs, such as BTCUSDT=btc.csv,SPY=spy.csv');
  }
  const files = replayed ? replayFiles(paths, root, instruments, findings) : [];
  if (kind !== 'replay' && paths.length > 0) findings.warn('REPLAY_FILES has no effect without FEED=replay');
  return {
    instruments,
    feed: {
      kind,
      simSeed: variables.integer('SIM_SEED', 1, { min: 0, max: 2 ** 32 - 1 }),
      simTickMs: variables.integer('SIM_TICK_MS', 1000, { min: 10, max: 60_000 }),
      replayFiles: frozenMap(files),
      replayLoop: variables.flag('REPLAY_LOOP') ?? false,
      replaySpeed: variables.number('REPLAY_SPEED', 60, { min: 0, max: 1e9 }),
    },
  };
}

function feedKind(variables: Variables, findings: Findings): FeedConfig['kind'] {
  const name = variables.text('FEED') ?? 'simulated';
  if (name === 'simulated' || name === 'replay') return name;
  findings.problem(`FEED=${name.replace(/\/\/[^/@]*@/, '//…@')} is not in this version: use simulated or replay`);
  return 'simulated';
}
