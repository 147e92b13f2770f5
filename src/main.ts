import { fileURLToPath } from 'node:url';
import { startApp } from './app.js';
import { banner } from './banner.js';
import { ConfigError } from './config/config-error.js';
import type { Config } from './config/config.js';
import { loadConfig } from './config/load.js';
import { LogLines } from './config/log-lines.js';
import { createLogger } from './config/logger.js';

/** `sysexits.h`: configuration. */
const EX_CONFIG = 78;
const STOP_WITHIN_MS = 14_000;

function configured(): Config {
  try {
    return loadConfig({ env: process.env, root: fileURLToPath(new URL('..', import.meta.url)) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(EX_CONFIG);
  }
}

const config = configured();
const lines = new LogLines();
const log = createLogger(config.logLevel, process.stdout.isTTY, lines);
for (const warning of config.warnings) log.warn(warning);

try {
  const app = await startApp(config, log, undefined, lines);
  console.log(banner(config, app.url));
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'Shutting down');
    setTimeout(() => {
      log.error('Could not finish in time: what was acknowledged is stored, the rest is taken up at the next start');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    app.stop().then(() => process.exit(0), (error: unknown) => {
      log.error({ err: error }, 'Shutting down failed');
      process.exit(1);
    });
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(error.message); // a strategy's own class and parameters are looked at once it is loaded
    process.exit(EX_CONFIG);
  }
  log.debug({ err: error }, 'Start');
  console.error(`Conclave could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
