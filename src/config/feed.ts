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
  const { kind, url } = feedKind(variables, findings);
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
      url,
      simSeed: variables.integer('SIM_SEED', 1, { min: 0, max: 2 ** 32 - 1 }),
      simTickMs: variables.integer('SIM_TICK_MS', 1000, { min: 10, max: 60_000 }),
      replayFiles: frozenMap(files),
      replayLoop: variables.flag('REPLAY_LOOP') ?? false,
      replaySpeed: variables.number('REPLAY_SPEED', 60, { min: 0, max: 1e9 }),
    },
  };
}

const WS_REMEDY = 'must be ws: and the address of a stream, such as FEED=ws:wss://feed.example.com/ticks';

/** The address of a stream is never shown: it may hold a password or a token. */
function feedKind(variables: Variables, findings: Findings): Pick<FeedConfig, 'kind' | 'url'> {
  const name = variables.text('FEED') ?? 'simulated';
  if (name === 'simulated' || name === 'replay') return { kind: name, url: null };
  if (/^wss?:/i.test(name)) {
    const url = name.slice('ws:'.length);
    if (/^ws:wss?:\/\/./i.test(name) && URL.canParse(url) && new URL(url).hash === '') return { kind: 'ws', url };
    findings.problem(`FEED ${WS_REMEDY}`);
  } else {
    findings.problem(`FEED=${name.replace(/\/\/[^/@]*@/, '//…@')} is not in this version: use simulated, replay or ws:wss://…`);
  }
  return { kind: 'simulated', url: null };
}
