import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { instrumentKey } from '../model/instrument.js';
import type { ConfiguredInstrument } from './config.js';
import type { Findings } from './findings.js';
import type { Variables } from './variables.js';

type SymbolAndPath = readonly [symbol: string, path: string];

/** `SYM=path,SYM=path` as it is written; a path may contain `=`, but no comma. */
export function replayPaths(variables: Variables, findings: Findings): SymbolAndPath[] {
  return (variables.list('REPLAY_FILES') ?? []).flatMap((item): SymbolAndPath[] => {
    const at = item.indexOf('=');
    const symbol = item.slice(0, Math.max(at, 0)).trim();
    const path = item.slice(at + 1).trim();
    if (symbol !== '' && path !== '') return [[symbol, path]];
    findings.problem(`REPLAY_FILES has ${item}: write each as SYMBOL=path, such as BTCUSDT=btc.csv,SPY=spy.csv`);
    return [];
  });
}

/** The file of each instrument: canonical symbol and absolute path. Each instrument must have one. */
export function replayFiles(paths: readonly SymbolAndPath[], root: string, instruments: readonly ConfiguredInstrument[], findings: Findings): SymbolAndPath[] {
  const pathOf = new Map(paths.map(([symbol, path]) => [instrumentKey(symbol), resolve(root, path)]));
  const keys = new Set(instruments.map(({ symbol }) => instrumentKey(symbol)));
  for (const [symbol, path] of paths) {
    checkReadable(symbol, resolve(root, path), findings);
    if (!keys.has(instrumentKey(symbol))) findings.warn(`REPLAY_FILES has ${symbol}, which SYMBOLS does not name: it is not played`);
  }
  return instruments.flatMap(({ symbol }): SymbolAndPath[] => {
    const path = pathOf.get(instrumentKey(symbol));
    if (path !== undefined) return [[symbol, path]];
    findings.problem(`SYMBOLS names ${symbol}, which has no file: add ${symbol}=path to REPLAY_FILES, or take it out of SYMBOLS`);
    return [];
  });
}

function checkReadable(symbol: string, path: string, findings: Findings): void {
  try {
    if (statSync(path).isFile()) return accessSync(path, constants.R_OK);
    findings.problem(`REPLAY_FILES names ${path} for ${symbol}, which is not a file: name a CSV file`);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'which does not exist' : `which cannot be read (${(error as Error).message})`;
    findings.problem(`REPLAY_FILES names ${path} for ${symbol}, ${why}: relative paths begin at the project's root`);
  }
}
