import { afterEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'dotenv';
import { DEFAULT_HORIZON, INTERVALS } from '../model/interval.js';
import type { Config } from './config.js';
import { loadConfig } from './load.js';

type Env = Record<string, string | undefined>;

const PROJECT = process.cwd();
const roots: string[] = [];

/** A root with the project's own config/ and these files over it; null removes one. */
function rootWith(files: Readonly<Record<string, string | null>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'conclave-config-'));
  roots.push(root);
  cpSync(join(PROJECT, 'config'), join(root, 'config'), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text === null) rmSync(join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

const load = (env: Env = {}, files: Readonly<Record<string, string | null>> = {}): Config => loadConfig({ env, root: rootWith(files) });

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('without any variable', () => {
  it('everything is as the wire contract says', () => {
    const root = rootWith();
    const config = loadConfig({ env: {}, root });
    expect(config).toMatchObject({
      version: (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string }).version,
      server: { host: '127.0.0.1', port: 8000, trustProxy: [] },
      logLevel: 'info',
      feed: { kind: 'simulated', simSeed: 1, simTickMs: 1000, replayLoop: false, replaySpeed: 60 },
      market: { interval: '1m', intervals: INTERVALS, horizonBars: DEFAULT_HORIZON },
      watch: { priceMove: 0.01, intervalMs: 30_000 },
      panel: { deadlineMs: 2000 },
      consensus: { threshold: 0.7, minConfidence: 0.6, minDomains: 3 },
      storage: { dataDir: join(root, 'data'), databaseUrl: null, redisUrl: null },
      roles: new Set(['gateway', 'analyst', 'market', 'trading']),
      rooms: { keepMessages: 100_000, keepHours: 168 },
      retention: { runDays: 365, cycleDays: 90, equityDays: 35, equityHourlyDays: 730 },
      auth: { required: false, jwtSecret: null, jwksUrl: null, audience: null, issuer: null, allowedOrigins: null },
      limits: {
        heartbeatIntervalMs: 30_000, heartbeatTimeoutMs: 60_000, queueMessages: 1000, queueBytes: 1_048_576, maxConnections: 1000,
        maxConnectionsPerIp: 200, maxSubscriptions: 1000, analyzePerMinute: 10, commandsPerSecond: 50, commandBurst: 100,
        frameBytes: 65_536, badFramesPerMinute: 50, authenticateWithinMs: 10_000,
      },
      compression: false,
      warnings: [],
    });
    expect(config.feed.replayFiles.size).toBe(0);
  });

  it('the nine default symbols are listed with what they are, and ten analysts of weight 1 are seated', () => {
    const { instruments, panel } = load();
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY', 'BTCUSDT', 'ETHUSDT', 'BTC/USD', 'SOL/USD']);
    expect(instruments.every(({ listed, sources }) => listed && sources['simulated']?.timestamps === 'utc')).toBe(true);
    expect(instruments.find(({ symbol }) => symbol === 'SPY')).toMatchObject({ hours: 'us_equity', sources: { replay: { timestamps: 'session_date', volume: 'base' } } });
    expect(instruments.find(({ symbol }) => symbol === 'AAPL')).toMatchObject({ sources: { replay: { timestamps: 'exchange_local', volume: 'base' } } });
    expect(instruments.find(({ symbol }) => symbol === 'BTCUSDT')).toMatchObject({ assetClass: 'crypto', currency: 'USDT', hours: 'always', sources: { replay: { timestamps: 'utc', volume: 'quote' } } });
    expect(panel.seats).toHaveLength(10);
    expect(panel.seats.every(({ kind, weight }) => kind === 'rule' && weight === 1)).toBe(true);
  });

  it('.env.example shows the defaults, and every variable that works', () => {
    const example = readFileSync(join(PROJECT, '.env.example'), 'utf8');
    expect(parse(example)).toEqual({});
    const shown = parse(example.replace(/^# (?=[A-Z_]+=)/gm, ''));
    const root = rootWith();
    expect(loadConfig({ env: shown, root })).toEqual(loadConfig({ env: {}, root }));
    const used = ['server', 'trusted-proxies', 'feed', 'signals', 'storage', 'limits', 'replay-files', 'trading', 'models']
      .flatMap((file) => [...readFileSync(join(PROJECT, 'src/config', `${file}.ts`), 'utf8').matchAll(/variables\.\w+\('([A-Z_]+)'/g)])
      .map(([, name]) => name!);
    expect(Object.keys(shown).sort()).toEqual([...new Set(used)].sort());
  });
});

describe('precedence', () => {
  it('is environment, then .env, then config/*.yaml', () => {
    const files = {
      '.env': 'PORT=7001\nAGENT_MIN_CONFIDENCE=0.5 # doubtful\nSYMBOLS="aapl, btc-usd"\n',
      'config/symbols.yaml': readFileSync(join(PROJECT, 'config/symbols.yaml'), 'utf8').replace('1m: 60', '1m: 30'),
    };
    const config = load({ PORT: '7002' }, files);
    expect(config.server.port).toBe(7002);
    expect(config.consensus.minConfidence).toBe(0.5);
    expect(config.instruments.map(({ symbol }) => symbol)).toEqual(['AAPL', 'BTC/USD']);
    expect(config.market.horizonBars).toEqual({ ...DEFAULT_HORIZON, '1m': 30 });
  });

  it('an empty variable of the environment brings the default back', () => {
    expect(load({ PORT: '' }, { '.env': 'PORT=7001' }).server.port).toBe(8000);
  });

  it('reads the environment and leaves it as it is', () => {
    const env = Object.freeze({ PORT: '0' });
    const before = { ...process.env };
    expect(load(env, { '.env': 'CONCLAVE_SPEC_ONLY=1' }).server.port).toBe(0);
    expect(process.env).toEqual(before);
  });
});

describe('values', () => {
  it('are read in their units', () => {
    const config = load({
      WS_HEARTBEAT_INTERVAL: '5', SIGNAL_GENERATION_INTERVAL: '1.5', PRICE_MOVE_TRIGGER: '0.005', REPLAY_SPEED: '0', SIM_TICK_MS: '10', DATA_DIR: 'elsewhere/deep',
      ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:3000', WS_COMPRESSION: 'TRUE', CANDLE_INTERVAL: '5m', ANALYSIS_DEADLINE_MS: '500', LOG_LEVEL: 'debug',
      DATABASE_URL: 'postgres://u:p@db/conclave', TRADING: 'off', ROLES: 'trading, market,analyst,gateway',
    });
    expect(config.limits).toMatchObject({ heartbeatIntervalMs: 5000, heartbeatTimeoutMs: 10_000 });
    expect(load({ TRUST_PROXY: '10.0.0.0/8, loopback' }).server.trustProxy).toEqual(['10.0.0.0/8', 'loopback']);
    expect(config.watch).toMatchObject({ intervalMs: 1500, priceMove: 0.005 });
    expect(config.feed).toMatchObject({ replaySpeed: 0, simTickMs: 10 });
    expect(config.storage.dataDir).toMatch(/^\/.*elsewhere\/deep$/);
    expect(config.storage.databaseUrl).toBe('postgres://u:p@db/conclave');
    expect(config.auth.allowedOrigins).toEqual(['https://app.example.com', 'http://localhost:3000']);
    expect(config).toMatchObject({ compression: true, logLevel: 'debug', market: { interval: '5m' }, panel: { deadlineMs: 500 } });
  });

  it('a node among others does the part of the work that it is told', () => {
    const config = load({ DATABASE_URL: 'postgres://db/conclave', REDIS_URL: 'redis://:secret@r:6380/1', ROLES: 'market, gateway' });
    expect(config.storage.redisUrl).toBe('redis://:secret@r:6380/1');
    expect([...config.roles]).toEqual(['gateway', 'market']);
  });

  it('cannot be changed, at any depth', () => {
    const config = load({ FEED: 'replay', REPLAY_FILES: 'SPY=spy.csv' }, { 'spy.csv': '' });
    const open: string[] = [];
    const visit = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(at);
      for (const [name, each] of Object.entries(value)) visit(each, `${at}.${name}`);
    };
    visit(config, 'config');
    expect(open).toEqual([]);
    expect(() => (config.feed.replayFiles as Map<string, string>).set('X', 'y')).toThrow(TypeError);
    expect(() => (config.feed.replayFiles as Map<string, string>).clear()).toThrow(TypeError);
    expect(() => (config.roles as Set<string>).add('chef')).toThrow(TypeError);
  });
});

describe('replay', () => {
  it('plays the files\' symbols where SYMBOLS is not set, under their listed spelling and absolute path', () => {
    const root = rootWith({ 'btc.csv': '', 'odd=name.csv': '' });
    const { feed, instruments, warnings } = loadConfig({ env: { FEED: 'replay', REPLAY_FILES: 'btc-usd=btc.csv,SPY=odd=name.csv', REPLAY_LOOP: 'true' }, root });
    expect([...feed.replayFiles]).toEqual([['BTC/USD', join(root, 'btc.csv')], ['SPY', join(root, 'odd=name.csv')]]);
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['BTC/USD', 'SPY']);
    expect(feed).toMatchObject({ kind: 'replay', replayLoop: true });
    expect(warnings).toEqual([]);
  });

  it('leaves out a file that SYMBOLS does not name, and says so', () => {
    const { feed, warnings } = load({ FEED: 'replay', REPLAY_FILES: 'SPY=a.csv,AAPL=a.csv', SYMBOLS: 'SPY' }, { 'a.csv': '' });
    expect([...feed.replayFiles.keys()]).toEqual(['SPY']);
    expect(warnings).toEqual(['REPLAY_FILES has AAPL, which SYMBOLS does not name: it is not played']);
  });
});

describe('what is worth saying', () => {
  it('a symbol without an entry is taken for a USD equity', () => {
    const { instruments, warnings } = load({ SYMBOLS: 'AAPL,zzz' });
    expect(instruments[1]).toMatchObject({
      symbol: 'ZZZ', assetClass: 'equity', currency: 'USD', hours: 'us_equity', listed: false,
      sources: { replay: { timestamps: 'utc', volume: 'base' }, simulated: { timestamps: 'utc', volume: 'base' } },
    });
    expect(warnings).toEqual(['ZZZ has no entry in config/symbols.yaml: taken for a USD equity (UTC timestamps, base volume); add it there if it is not']);
  });

  it.each([
    ['WS_MAX_CONNECTION', 'WS_MAX_CONNECTIONS'], ['AGENT_MIN_CONFIDANCE', 'AGENT_MIN_CONFIDENCE'], ['AUTH_SECRET', 'AUTH_JWT_SECRET'],
    ['REPLAY_FILE', 'REPLAY_FILES'], ['WS_QUEUE_SIZE', 'WS_MESSAGE_QUEUE_SIZE'], ['ws_compression', 'WS_COMPRESSION'],
  ])('%s looks like %s', (name, meant) => {
    expect(load({ [name]: '1' }).warnings).toEqual([`${name} is not known and has no effect: did you mean ${meant}?`]);
  });

  it('what is merely near in its prefix is not ours', () => {
    expect(load({ AUTH_TOKEN_OF_SOMETHING: '1', WSL_DISTRO_NAME: 'x', AGENT_VERSION_NUMBER: '1', PATH: '/bin' }).warnings).toEqual([]);
  });

  it.each([
    [{ MIN_AGENTS_FOR_SIGNAL: '1' }, 'MIN_AGENTS_FOR_SIGNAL=1: a single analyst may make a BUY or SELL alone'],
    [{ MIN_AGENTS_FOR_SIGNAL: '2' }, 'MIN_AGENTS_FOR_SIGNAL=2: two analysts'],
    [{ REPLAY_FILES: 'SPY=x.csv' }, 'REPLAY_FILES has no effect without FEED=replay'],
    [{ MIN_AGENTS_FOR_SIGNAL: '11' }, 'MIN_AGENTS_FOR_SIGNAL is 11 and 10 fault domains'],
    [{ ALPACA_API_KEY: 'k', ALPACA_SECRET_KEY: 's' }, 'ALPACA_API_KEY, ALPACA_SECRET_KEY have no effect with TRADING=paper'],
  ])('%p', (env, warning) => {
    expect(load(env).warnings).toEqual([expect.stringContaining(warning)]);
  });
});
