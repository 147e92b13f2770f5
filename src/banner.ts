import type { Config } from './config/config.js';

/** One screen at the start: what runs, and how to see something happen. */
export function banner(config: Config, url: string): string {
  const { feed, instruments, panel, market, storage, auth } = config;
  const symbols = instruments.map(({ symbol }) => symbol);
  const port = new URL(url).port;
  const rows: [string, string][] = [
    ['URL', `${url}   (Socket.IO /socket.io/, WebSocket /ws/signals, REST /api, documents /docs)`],
    ['feed', feedLine(config)],
    ['symbols', symbols.length > 12 ? `${symbols.slice(0, 12).join(', ')} and ${symbols.length - 12} more` : symbols.join(', ')],
    ['panel', `${panel.seats.length} analysts on ${feed.kind === 'replay' ? "each file's" : market.interval} candles: ${panel.seats.map(({ id }) => id).join(', ')}`],
    ...emptySeats(config),
    ['consensus', `a BUY or SELL needs ${Math.round(config.consensus.threshold * 100)} % of the weight, from at least ${config.consensus.minDomains} voters`],
    ['trading', tradingLine(config)],
    ['store', storage.databaseUrl === null ? `SQLite in ${storage.dataDir}` : 'PostgreSQL'],
    ...(storage.redisUrl === null ? [] : [['cluster', `one of several nodes, over Redis; this one does ${[...config.roles].join(', ')}`] satisfies [string, string]]),
    ['access', auth.required ? 'a token is required' : `open to anyone who reaches ${config.server.host}`],
  ];
  return [
    '',
    `Conclave ${config.version} is running`,
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(10)} ${text}`),
    '',
    'See something happen, in another terminal:',
    `  npx conclave watch ${symbols.slice(0, 2).join(' ')}${port === '8000' ? '' : ` --url ${url}`}`,
    `  curl ${url}/ws/status`,
    '',
  ].join('\n');
}

function emptySeats({ panel: { empty } }: Config): [string, string][] {
  const byReason = new Map<string, string[]>();
  for (const { id, why } of empty) byReason.set(why, [...(byReason.get(why) ?? []), id]);
  return [...byReason].map(([why, ids]) => ['empty', `${ids.length === 1 ? 'seat' : 'seats'} of ${ids.join(', ')}: ${why}`]);
}

function tradingLine({ trading: { broker, accounts, agents, strategies } }: Config): string {
  if (broker === 'off') return 'off: nothing is traded';
  const where = broker === 'paper' ? 'on PAPER' : broker === 'alpaca-live' ? 'with REAL MONEY at Alpaca' : "on Alpaca's paper account";
  const who = [
    ...accounts.filter(({ followsSignals }) => followsSignals).map(({ id }) => `${id} follows signals`),
    ...(agents.length > 0 ? [`agents ${agents.map(({ id, model }) => `${id} (${model?.model ?? 'rules'})`).join(', ')}`] : []),
    ...(strategies.length > 0 ? [`strategies ${strategies.map(({ id }) => id).join(', ')}`] : []),
  ];
  return `${where}: ${who.join('; ') || 'nobody trades by itself'}`;
}

function feedLine({ feed }: Config): string {
  if (feed.kind === 'simulated') return `SIMULATED prices (seed ${feed.simSeed}): made up, the same for the same seed`;
  if (feed.kind === 'ws') return `ticks of the outside stream at ${new URL(feed.url!).host}`;
  const speed = feed.replaySpeed === 0 ? 'as fast as signals are stored' : `${feed.replaySpeed} times real time`;
  return `replay of ${[...feed.replayFiles].map(([symbol, path]) => `${symbol} from ${path}`).join(', ')}, ${speed}${feed.replayLoop ? ', again and again' : ''}`;
}
