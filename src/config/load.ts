import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { analystsFile } from './analysts-file.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { variablesOf } from './dotenv-file.js';
import { feedConfig } from './feed.js';
import { Findings } from './findings.js';
import { deepFreeze } from './freeze.js';
import { newsFile } from './news-file.js';
import { limitsConfig } from './limits.js';
import { serverConfig } from './server.js';
import { signalsConfig } from './signals.js';
import { storageConfig } from './storage.js';
import { symbolsFile } from './symbols-file.js';
import { tradingConfig } from './trading.js';
import { typos } from './typos.js';
import { Variables } from './variables.js';

export interface ConfigSources {
  /** Such as `process.env`; it is only read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's root, where `.env` and `config/` are; relative paths begin there. */
  readonly root: string;
}

/**
 * The environment, then `.env`, then `config/*.yaml`, validated and frozen all the way down.
 * Throws ConfigError with every mistake at once, each with its remedy.
 */
export function loadConfig({ env, root: from }: ConfigSources): Config {
  const root = resolve(from);
  const findings = new Findings();
  const variables = new Variables(variablesOf(env, root, findings), findings);
  const symbols = symbolsFile(root, findings);
  const news = newsFile(root, findings);
  const panel = analystsFile(root, variables, news, findings);
  const market = feedConfig(variables, root, symbols, findings);
  const config = {
    version: version(),
    ...serverConfig(variables, findings),
    ...market,
    ...signalsConfig(variables, symbols, panel, findings),
    ...storageConfig(variables, root, findings),
    trading: tradingConfig(variables, root, panel.read, market.instruments, findings),
    limits: limitsConfig(variables),
    news,
  };
  for (const [name, meant] of typos(variables.names(), variables.known)) findings.warn(`${name} is not known and has no effect: did you mean ${meant}?`);
  if (findings.problems.length > 0) throw new ConfigError(findings.problems);
  return deepFreeze({ ...config, warnings: findings.warnings });
}

/** Of the package that this file belongs to, built or not: `src/` and `dist/` are equally deep. */
function version(): string {
  const { version: own } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return own;
}
