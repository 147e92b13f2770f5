import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load.js';

type Env = Record<string, string | undefined>;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'conclave-config-'));
  cpSync(join(process.cwd(), 'config'), join(root, 'config'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function mistakes(env: Env): ConfigError {
  try {
    loadConfig({ env, root });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('all mistakes at once', () => {
  it('are listed in one error that ends the process with 78 and shows no secret', () => {
    const env = { PORT: 'http', FEED: 'alpaca', AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: 'hunter2', WS_MAX_CONNECTIONS: '0', DATABASE_URL: 'mysql://root:hunter2@db', REDIS_URL: 'hunter2', SYMBOLS: 'A B,SPY' };
    writeFileSync(join(root, 'config/analysts.yaml'), 'analysts:\n  - {id: trend, name: Trend, kind: llm, weight: -1}\n');
    const { problems: found, exitCode, message } = mistakes(env);
    expect(exitCode).toBe(78);
    for (const start of ['PORT=http', 'FEED=alpaca', 'AUTH_JWT_SECRET has 7 bytes', 'WS_MAX_CONNECTIONS=0', 'DATABASE_URL must', 'REDIS_URL must', 'SYMBOLS has A B', 'config/analysts.yaml: analysts[0].kind', 'config/analysts.yaml: analysts[0].weight']) {
      expect(found.filter((problem) => problem.startsWith(start))).toHaveLength(1);
    }
    expect(found).toHaveLength(9);
    expect(message).toContain('9 mistakes');
    for (const problem of found) expect(message).toContain(problem);
    expect(message).not.toContain('hunter2');
  });
});

describe('each mistake comes with its remedy', () => {
  const SECRET = 'x'.repeat(32);
  it.each<[Env, RegExp]>([
    [{ PORT: '65536' }, /^PORT=65536: must be an integer from 0 to 65535; without it, it is 8000$/],
    [{ PORT: '80.5' }, /^PORT=80\.5: must be an integer/],
    [{ HOST: 'http://x' }, /^HOST=http:\/\/x: must be an address or a host name/],
    [{ HOST: '0.0.0.0' }, /^HOST=0\.0\.0\.0 lets others in .*set AUTH_REQUIRED=true .*AUTH_REQUIRED=false outright$/],
    [{ AUTH_REQUIRED: 'maybe' }, /^AUTH_REQUIRED=maybe: must be true or false$/],
    [{ AUTH_REQUIRED: 'true' }, /^AUTH_REQUIRED=true needs a key .*set AUTH_JWT_SECRET .*or AUTH_JWKS_URL$/],
    [{ AUTH_JWT_SECRET: 'short' }, /^AUTH_JWT_SECRET has 5 bytes: it needs at least 32, such as from/],
    [{ AUTH_JWKS_URL: 'http://keys.example.com' }, /^AUTH_JWKS_URL=.* must be an https:\/\/ address/],
    [{ AUTH_JWKS_URL: 'https://keys.example.com', AUTH_JWT_SECRET: SECRET }, /both set: keep the one/],
    [{ ALLOWED_ORIGINS: 'https://app.example.com/' }, /no origin: write https:\/\/app\.example\.com$/],
    [{ ALLOWED_ORIGINS: '*' }, /^ALLOWED_ORIGINS has \*, which is no origin: write scheme, host and port/],
    [{ TRUST_PROXY: 'loopback,proxy.example.com' }, /^TRUST_PROXY has proxy\.example\.com: use addresses .*uniquelocal$/],
    [{ TRUST_PROXY: '0.0.0.0/0' }, /^TRUST_PROXY has 0\.0\.0\.0\/0: use addresses/],
    [{ SYMBOLS: 'BTC/USD,btc-usd' }, /^SYMBOLS has BTC\/USD and btc-usd, which name one instrument: keep one/],
    [{ SYMBOLS: 'AAPL,Ünicode' }, /^SYMBOLS has Ünicode, which is no symbol: use 1 to 20 of/],
    [{ SYMBOLS: '--' }, /^SYMBOLS has --, which is no symbol/],
    [{ FEED: 'ccxt:kraken' }, /^FEED=ccxt:kraken is not in this version: use simulated, replay or ws:wss:\/\/…$/],
    [{ FEED: 'ws:https://user:hunter2@feed.example.com' }, /^FEED must be ws: and the address of a stream, such as FEED=ws:wss:\/\/feed\.example\.com\/ticks$/],
    [{ FEED: 'wss://user:hunter2@feed.example.com?token=hunter2' }, /^FEED must be ws: and the address of a stream/],
    [{ FEED: 'ws:wss://' }, /^FEED must be ws: and/],
    [{ FEED: 'ws:wss://feed.example.com/#a' }, /^FEED must be ws: and/],
    [{ FEED: 'replay' }, /^FEED=replay needs REPLAY_FILES: set it to SYMBOL=path/],
    [{ FEED: 'replay', REPLAY_FILES: 'SPY=none.csv' }, /none\.csv for SPY, which does not exist: relative paths begin at the project's root$/],
    [{ FEED: 'replay', REPLAY_FILES: 'SPY=config' }, /which is not a file: name a CSV file$/],
    [{ FEED: 'replay', REPLAY_FILES: 'config/symbols.yaml' }, /^REPLAY_FILES has config\/symbols\.yaml: write each as SYMBOL=path/],
    [{ FEED: 'replay', REPLAY_FILES: 'SPY=config/symbols.yaml', SYMBOLS: 'SPY,AAPL' }, /^SYMBOLS names AAPL, which has no file: add AAPL=path/],
    [{ FEED: 'replay', REPLAY_FILES: 'BTC/USD=config/symbols.yaml,BTCUSD=config/analysts.yaml' }, /^REPLAY_FILES has BTC\/USD and BTCUSD, which name one instrument/],
    [{ REPLAY_SPEED: '-1' }, /^REPLAY_SPEED=-1: must be a number from 0/],
    [{ SIM_TICK_MS: '9' }, /^SIM_TICK_MS=9: must be an integer from 10 to 60000/],
    [{ CANDLE_INTERVAL: '2m' }, /^CANDLE_INTERVAL=2m: must be one of 1m, 5m, 15m, 1h, 4h, 1d$/],
    [{ DATA_DIR: 'config/symbols.yaml' }, /^DATA_DIR=.* cannot be a directory: a file is in its way; name another$/],
    [{ DATA_DIR: 'config/symbols.yaml/below' }, /^DATA_DIR=.* cannot be a directory/],
    [{ REDIS_URL: 'redis://r' }, /^DATABASE_URL is missing: cluster mode \(REDIS_URL is set\) needs one database for all nodes$/],
    [{ REDIS_URL: 'http://r', DATABASE_URL: 'postgres://db' }, /^REDIS_URL must be a redis:\/\/ or rediss:\/\/ address/],
    [{ REDIS_URL: 'redis://', DATABASE_URL: 'postgres://db' }, /^REDIS_URL must be a redis:\/\/ or rediss:\/\/ address/],
    [{ ROLES: 'gateway,market' }, /^ROLES leaves out analyst, trading, and without REDIS_URL no other node does that: add it, or set REDIS_URL and DATABASE_URL$/],
    [{ REDIS_URL: 'redis://r', DATABASE_URL: 'postgres://db', ROLES: 'chef' }, /^ROLES has chef: there are/],
    [{ ROLES: 'gateway,chef' }, /^ROLES has chef: there are gateway, analyst, market, trading$/],
    [{ AGENT_CONSENSUS_THRESHOLD: '0.6666666667' }, /must be a number above 2\/3 and at most 1; without it, it is 0\.7$/],
    [{ AGENT_CONSENSUS_THRESHOLD: '1.1' }, /must be a number above 2\/3 and at most 1/],
    [{ AGENT_MIN_CONFIDENCE: 'NaN' }, /^AGENT_MIN_CONFIDENCE=NaN: must be a number from 0 to 1/],
    [{ MIN_AGENTS_FOR_SIGNAL: '0' }, /^MIN_AGENTS_FOR_SIGNAL=0: must be an integer from 1/],
    [{ SIGNAL_GENERATION_INTERVAL: '0' }, /^SIGNAL_GENERATION_INTERVAL=0: must be a number from 0\.1/],
    [{ PRICE_MOVE_TRIGGER: '0' }, /^PRICE_MOVE_TRIGGER=0: must be a number above 0 and at most 1/],
    [{ ROOM_KEEP_MESSAGES: '1e3' }, /^ROOM_KEEP_MESSAGES=1e3: must be an integer/],
    [{ RUN_KEEP_DAYS: '-1' }, /^RUN_KEEP_DAYS=-1: must be a number of days from 0 \(for ever\) to 100000; without it, it is 365$/],
    [{ EQUITY_KEEP_DAYS: '40', EQUITY_KEEP_HOURLY_DAYS: '30' }, /^EQUITY_KEEP_HOURLY_DAYS=30: must be at least EQUITY_KEEP_DAYS \(40\), or 0/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL=loud: must be one of fatal, error/],
    [{ TRADING: 'alpaca-paper' }, /^TRADING=alpaca-paper needs ALPACA_API_KEY and ALPACA_SECRET_KEY/],
    [{ TRADING: 'alpaca-live', ALPACA_API_KEY: 'k', ALPACA_SECRET_KEY: 's' }, /^TRADING=alpaca-live trades with real money: set I_ACCEPT_LIVE_TRADING=yes too/],
    [{ TRADING: 'yolo' }, /^TRADING=yolo: must be one of/],
  ])('%p', (env, remedy) => {
    expect(mistakes(env).problems).toEqual([expect.stringMatching(remedy)]);
  });

  it.each<[Env, object]>([
    [{ HOST: '0.0.0.0', AUTH_REQUIRED: 'false' }, { auth: { required: false } }],
    [{ HOST: '::', AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET }, { auth: { required: true, jwtSecret: SECRET } }],
    [{ HOST: 'localhost' }, {}], [{ HOST: '127.0.0.2' }, {}], [{ HOST: '::1' }, {}],
    [{ AUTH_JWKS_URL: 'http://[::1]:9000/keys', AUTH_REQUIRED: 'true', AUTH_AUDIENCE: 'a', AUTH_ISSUER: 'i' }, { auth: { audience: 'a', issuer: 'i' } }],
  ])('and none where there is none: %p', (env, expected) => {
    expect(loadConfig({ env, root })).toMatchObject(expected);
  });
});
