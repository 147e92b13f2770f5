import { realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { Fields } from './fields.js';

/** The absolute path of a strategy of one's own (`./…` in config/agents.yaml); null: `strategy` names one of the house, or is wrong. */
export function strategyFile(fields: Fields, strategy: string, root: string): string | null {
  if (!/^\.{0,2}[/\\]/.test(strategy)) return null;
  const say = (problem: string): null => (fields.problem('strategy', `${strategy} ${problem}`), null);
  if (!/^\.\/.*\.m?js$/.test(strategy)) return say('must be a JavaScript file below the project\'s root, such as ./examples/breakout-strategy.js');
  const path = resolve(root, strategy);
  try {
    if (!statSync(path).isFile()) return say('is not a file: name a JavaScript file');
    // also by way of a link
    return realpathSync(path).startsWith(realpathSync(root) + sep) ? realpathSync(path) : say('lies outside of the project\'s root: move it below');
  } catch {
    return say('does not exist: relative paths begin at the project\'s root');
  }
}
