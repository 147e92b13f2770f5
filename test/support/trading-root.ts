import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freshDataDir } from './server.js';

const CONFIG = resolve(import.meta.dirname, '../../config');

/** Wants each of its symbols once, at the first tick. */
const ONCE = `
export default class Once {
  static parameters = { share: { default: 0.05, least: 0.001, most: 1 } };
  constructor({ share }) {
    this.share = share;
    this.asked = new Set();
  }
  onTick({ price }, { symbol, warmingUp }) {
    if (warmingUp || this.asked.has(symbol)) return [];
    this.asked.add(symbol);
    return [{ want: { kind: 'open', side: 'long', size: { share: this.share } }, exits: { target: price * 1.2, stop: price * 0.8 }, confidence: 0.8, reason: 'It is the first tick of ' + symbol + '.' }];
  }
}
`;

interface Wanted {
  /** That a strategy buys once, at their first tick. */
  readonly symbols: readonly string[];
  /** Persons whom those wait for; left out: as the project's policies say. */
  readonly needed?: 0 | 1 | 2;
  /** Seconds between cycles of agents. */
  readonly agentsEvery?: number;
}

/** A root with the project's configuration, in which a strategy buys for `main` at once and persons are asked; nothing follows signals. */
export async function tradingRoot({ symbols, needed, agentsEvery }: Wanted): Promise<string> {
  const root = await freshDataDir();
  await cp(CONFIG, join(root, 'config'), { recursive: true });
  await writeFile(join(root, 'once.js'), ONCE);
  const edit = async (name: string, of: (text: string) => string): Promise<void> => writeFile(join(root, 'config', name), of(await readFile(join(root, 'config', name), 'utf8')));
  await edit('agents.yaml', (text) => text
    .replace('strategies: []', `strategies:\n  - {id: once, strategy: ./once.js, account: main, symbols: [${symbols.join(', ')}]}`)
    .replaceAll(/interval_s: 180/g, `interval_s: ${agentsEvery ?? 180}`));
  await edit('analysts.yaml', (text) => text.replace(/budgets: .*/, 'budgets: {day_usd: 1000, symbol_usd: 1000, requester_usd: 1000}'));
  await edit('risk.yaml', (text) => text
    .replace('follows_signals: true', 'follows_signals: false')
    .replace('- {brokers: [alpaca-live], needed: 1}', (policy) => (needed === undefined ? policy : `- {origins: [strategy], needed: ${needed}}`))
    .replace('max_drift: 0.01', 'max_drift: 0.5'));
  return root;
}
