import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WireServer } from '../../test/support/wire-server.js';
import { run } from './program.js';
import { PIPE_CLOSED } from './terminal.js';
import type { Terminal } from './terminal.js';

let server: WireServer;
let out: string;
let err: string;
let interrupt: AbortController;
let onOutput: () => void;

/** Resolves once stdout has the text. */
const printed = (text: string): Promise<void> =>
  new Promise((resolve) => {
    onOutput = () => out.includes(text) && resolve();
    onOutput();
  });

const terminal = (more: Partial<Terminal> & { tty?: boolean } = {}): Terminal => ({
  stdout: { write: (text) => ((out += text), onOutput(), true), ...(more.tty && { isTTY: true, columns: 80, rows: 24 }) },
  stderr: { write: (text) => ((err += text), true) },
  env: {}, interrupted: interrupt.signal, now: () => Date.now(),
  ...more,
});
const conclave = (...args: string[]): Promise<number> => run(args, terminal({ env: { CONCLAVE_URL: server.url } }));

const detail = (signal: string, confidence: number): object => ({ name: signal, signal, confidence, weight: 0.1, fault_domain: 'rules:x', reasoning: ['because 1 > 0'] });
const signal = (symbol: string, run_id: string): object => ({
  symbol, run_id, signal_id: 's1', action: 'BUY', confidence: 0.83, price: 150.5, source: 'simulated', valid_until: '2026-01-01T01:00:00.000Z', probability: null,
  agents_consensus: {
    total_agents: 2, completed_agents: 2, abstained_agents: 0, consensus_strength: 'STRONG', agreement: 0.9, threshold: 0.7, fault_domains: 4, tolerated_faults: 1,
    agent_details: { trend: detail('BUY', 0.92), volume: detail('SELL', 0.6) },
  },
  metadata: { reasoning: ['EMA12 above EMA26'], dissent: ['volume falls'], target_price: 160, stop_loss: 145 },
});
const votes = (symbol: string, run_id: string): void => {
  server.say(`symbol:${symbol}`, 'agent_update', { symbol, run_id, agent: 'TrendAnalyst', agent_id: 'trend', signal: 'BUY', confidence: 0.92, reasoning: ['because 1 > 0'], latency_ms: 1 });
  server.say(`symbol:${symbol}`, 'agent_update', { symbol, run_id, agent: 'VolatilityAnalyst', agent_id: 'volatility', signal: 'ABSTAIN', reason: 'NO_SETUP', confidence: 0, reasoning: [], latency_ms: 1 });
};

beforeEach(async () => {
  server = await WireServer.listen();
  out = '';
  err = '';
  onOutput = () => undefined;
  interrupt = new AbortController();
  server.run = (symbol, runId) => {
    votes(symbol, runId);
    server.say(`symbol:${symbol}`, 'signal_update', signal(symbol, runId));
  };
});
afterEach(() => server.stop());

describe('conclave analyze', () => {
  it('prints each vote, then the verdict with reasons, dissent, target and stop', async () => {
    expect([await conclave('analyze', 'AAPL', '--depth', 'fast'), err]).toEqual([0, '']);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'AAPL  run run-1',
      '  trend                BUY     0.92  because 1 > 0',
      '  volatility           ABSTAIN       NO_SETUP',
      '  volume               SELL    0.60  because 1 > 0',
      'BUY AAPL with confidence 0.83: STRONG, agreement 0.90 of 0.70 needed, fault domains 4, tolerated faults 1',
      '  price 150.50 SIMULATED, target 160.00, stop 145.00, valid until 2026-01-01T01:00:00.000Z',
      '  why      EMA12 above EMA26',
      '  dissent  volume falls',
      '',
    ]);
    expect(server.received('analyze')[0]).toMatchObject({ symbol: 'AAPL', depth: 'fast' });
  });

  it('prints the messages of its run only with --json', async () => {
    votes('AAPL', 'another run');
    server.run = (symbol, runId) => {
      server.say(`symbol:${symbol}`, 'signal_update', signal(symbol, 'another run'));
      votes(symbol, runId);
      server.say(`symbol:${symbol}`, 'signal_update', signal(symbol, runId));
    };
    expect(await conclave('analyze', 'AAPL', '--json')).toBe(0);
    const messages = out.trim().split('\n').map((line) => JSON.parse(line) as { type: string; data: { run_id: string } });
    expect(messages.map(({ type }) => type)).toEqual(['agent_update', 'agent_update', 'signal_update']);
    expect(new Set(messages.map(({ data }) => data.run_id))).toEqual(new Set(['run-1']));
  });

  it('gets its votes also when they arrive before the answer', async () => {
    server.instead('analyze', ({ id }, peer) => {
      votes('AAPL', 'shared');
      peer.send({ type: 'ack', id, ok: true, data: { run_id: 'shared', symbol: 'AAPL', depth: 'fast', shared: true } });
      server.say('symbol:AAPL', 'signal_update', signal('AAPL', 'shared'));
    });
    expect(await conclave('analyze', 'AAPL')).toBe(0);
    expect(out).toContain('(under way already)');
    expect(out.indexOf('trend ')).toBeLessThan(out.indexOf('volume '));
  });

  it('holds on through a broken connection', async () => {
    server.run = (symbol, runId) => {
      votes(symbol, runId);
      server.cut();
      server.say(`symbol:${symbol}`, 'signal_update', signal(symbol, runId));
    };
    expect([await conclave('analyze', 'AAPL'), err]).toEqual([0, '']);
    expect(out.match(/ trend /g)).toHaveLength(1);
    expect(server.received('analyze')).toHaveLength(1);
  });

  it('ends with 5 and the reason when the run has no signal', async () => {
    server.run = (symbol, run_id) => server.say(`symbol:${symbol}`, 'system_alert', { level: 'warning', code: 'TOO_FEW_DOMAINS', message: '2 of 3 voters', symbol, run_id });
    expect([await conclave('analyze', 'AAPL'), err]).toEqual([5, 'conclave: no signal: TOO_FEW_DOMAINS: 2 of 3 voters\n']);
  });

  it('ends with 4 and the code when the server refuses', async () => {
    server.unknown.add('symbol:XX');
    expect([await conclave('analyze', 'xx'), err]).toEqual([4, 'conclave: UNKNOWN_SYMBOL: No feed knows XX\n']);
    err = '';
    server.refuseNext('authenticate', { code: 'TOKEN_EXPIRED', message: 'it has expired' });
    expect([await conclave('analyze', 'AAPL', '--token', 'x'), err]).toEqual([4, 'conclave: TOKEN_EXPIRED: it has expired\n']);
    err = '';
    server.refuseUpgrades(403);
    expect([await conclave('analyze', 'AAPL'), err.startsWith('conclave: FORBIDDEN: ')]).toEqual([4, true]);
  });

  it.each(['analyze', 'watch'])('%s ends with 3 and the remedy when nobody answers', async (command) => {
    await server.stop();
    const code = await conclave(command, 'AAPL');
    server = await WireServer.listen();
    expect([code, out.includes('AAPL')]).toEqual([3, false]);
    expect(err).toMatch(/^conclave: Cannot connect to ws:.*ECONNREFUSED.*Is the server running\? Start it with: npm start\n$/);
  });

  it('ends with 6 in time', async () => {
    server.run = () => undefined;
    expect([await conclave('analyze', 'AAPL', '--timeout', '0.2'), err]).toEqual([6, expect.stringContaining('no signal for AAPL within 0.2 s')]);
  });

  it('ends with 130 on Ctrl-C and with 0 when the reader has gone', async () => {
    server.run = () => interrupt.abort('SIGINT');
    expect(await conclave('analyze', 'AAPL')).toBe(130);
    interrupt = new AbortController();
    server.run = () => interrupt.abort(PIPE_CLOSED);
    expect(await conclave('analyze', 'AAPL')).toBe(0);
  });
});

describe('conclave watch', () => {
  it('prints one line per event where stdout is no terminal, then statistics', async () => {
    server.spellings.set('BTCUSD', 'BTC/USD');
    expect([await conclave('watch', 'AAPL', 'btcusd', '--signals', '2'), err]).toEqual([0, '']);
    expect(out).toMatch(/^connection connecting\nconnection open\n/);
    expect(out).toMatch(/AAPL +vote +trend +BUY +0\.92 +because 1 > 0\n/);
    expect(out).toMatch(/BTC\/USD +signal +BUY BTC\/USD with confidence 0\.83/);
    expect(out).toMatch(/\d+ messages in [\d.]+ s/);
    expect(out).toMatch(/ {2}symbol:AAPL at offset 3 \(epoch e1\)\n/);
    expect(server.received('analyze').map(({ symbol }) => symbol)).toEqual(['AAPL', 'BTC/USD']);
    expect(out).not.toMatch(/\x1b/);
  });

  it('prints JSON only on stdout with --json', async () => {
    expect(await conclave('watch', 'AAPL', '--json', '--signals', '1')).toBe(0);
    const types = out.trim().split('\n').map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['welcome', 'agent_update', 'agent_update', 'signal_update']);
    expect(JSON.parse(err)).toMatchObject({ type: 'statistics', data: { counts: { signal_update: 1 }, gaps: 0, reconnects: 0 } });
  });

  it('draws a table in place on a terminal, without colours under NO_COLOR', async () => {
    const args = ['watch', 'AAPL', '--signals', '1', '--url', server.url];
    expect(await run(args, terminal({ tty: true }))).toBe(0);
    expect(out).toContain('\x1b[32mBUY');
    expect(out).toMatch(/SIMULATED prices/);
    expect(out.lastIndexOf('\x1b[?25h')).toBeGreaterThan(out.lastIndexOf('\x1b[?25l'));
    out = '';
    expect(await run(args, terminal({ tty: true, env: { NO_COLOR: '1' } }))).toBe(0);
    expect(out).not.toMatch(/\x1b\[\d+m/);
    expect(out).toMatch(/AAPL +150\.50 SIMULATED BUY +83% STRONG/);
  });

  it('counts reconnects and gaps and ends with Ctrl-C', async () => {
    server.run = () => {
      server.cut();
      server.say('symbol:AAPL', 'agent_update', {}, { lost: true });
      server.room('symbol:AAPL').trimmed = 1;
    };
    const watching = conclave('watch', 'AAPL');
    await printed('gap in symbol:AAPL');
    interrupt.abort('SIGINT');
    expect(await watching).toBe(0);
    expect(out).toContain('gap in symbol:AAPL: 1 to 1 is missing (not_recovered)');
    expect(out).toContain('  gaps 1, reconnects 1');
  });

  it('ends with 4 when the server closes for good', async () => {
    server.run = () => server.close(4401, { code: 'TOKEN_EXPIRED', message: 'it has expired' });
    expect(await conclave('watch', 'AAPL')).toBe(4);
    expect(err).toContain('conclave: TOKEN_EXPIRED: it has expired\n');
  });

  it('goes on when an analysis is refused', async () => {
    server.refuseNext('analyze', { code: 'RATE_LIMITED', message: 'wait', retryable: true });
    const watching = conclave('watch', 'AAPL', 'NVDA', '--signals', '1');
    expect(await watching).toBe(0);
    expect(out).toContain('no analysis of AAPL was asked for: RATE_LIMITED: wait');
  });

  it('ends by --for', async () => {
    expect(await conclave('watch', 'AAPL', '--for', '0.1')).toBe(0);
  });
});

describe('usage', () => {
  it.each([[['--help']], [['watch', '--help']], [['analyze', '--help']], [['help']], [['help', 'watch']]])('%j explains itself with examples and exit codes', async (args) => {
    expect(await run(args, terminal())).toBe(0);
    expect(out).toContain('$ conclave ');
    expect(out).toContain('cannot connect');
  });

  it.each([
    [[]], [['dance']], [['watch']], [['analyze']], [['watch', 'A B']], [['watch', 'AAPL', '--for', 'x']], [['watch', 'AAPL', '--signals', '1.5']],
    [['analyze', 'AAPL', '--depth', 'abyss']], [['analyze', 'AAPL', '--url', 'localhost']], [['analyze', 'AAPL', '--nonsense']],
  ])('%j is refused with help', async (args) => {
    expect(await run(args, terminal())).toBe(2);
    expect(err).toContain('Usage: conclave');
    expect(out).toBe('');
  });

  it.each([200, 404])('says so where the server is another, which answers %i with a page', async (status) => {
    const other = createServer((_request, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await run(['trading', '--url', `http://127.0.0.1:${port}`], terminal())).toBe(4);
    expect(err).toBe(`conclave: HTTP_${status}: 127.0.0.1:${port} answers, but not as a Conclave server does: is the URL right?\n`);
    other.close();
  });

  it('says where a token goes that is missing', async () => {
    server.refuseNext('analyze', { code: 'UNAUTHENTICATED', message: 'A token is needed' });
    expect(await conclave('analyze', 'AAPL')).toBe(4);
    expect(err).toContain('UNAUTHENTICATED: A token is needed\n  Give the token with --token, or in CONCLAVE_TOKEN\n');
  });

  it('refuses a CONCLAVE_URL that is none', async () => {
    expect(await run(['watch', 'AAPL'], terminal({ env: { CONCLAVE_URL: 'nowhere' } }))).toBe(2);
    expect(err).toContain('CONCLAVE_URL: "nowhere" is not a server\'s URL');
  });
});
