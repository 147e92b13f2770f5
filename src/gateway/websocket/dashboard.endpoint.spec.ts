import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { agentEdges } from '../../../test/support/agent-edges.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { agentConfig, HandTrading } from '../../../test/support/hand-trading.js';
import { token } from '../../../test/support/tokens.js';
import type { AssetState } from '../../model/wire/trading.js';

const HOUR = 3_600_000;
const AGENTS = [agentConfig('asset-btc-usd', ['BTC/USD'], { kind: 'asset', name: 'BTC/USD', intervalS: 300 }), agentConfig('a1', ['BTCUSDT'])];
type Said = AssetState & { readonly error?: { readonly code: string; readonly message: string } };

/** A dashboard: all that it got. */
class Board {
  readonly got: { readonly said: Said }[] = [];
  private wake: () => void = () => undefined;
  readonly closed: Promise<[number, Buffer]>;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => {
      this.got.push({ said: JSON.parse(String(data)) as Said });
      this.wake();
    });
    this.closed = once(ws, 'close') as Promise<[number, Buffer]>;
  }

  static async open(url: string): Promise<Board> {
    const board = new Board(new WebSocket(url));
    await once(board.ws, 'open');
    return board;
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  async until(fits: (said: Said) => boolean): Promise<Said> {
    for (;;) {
      const found = this.got.find(({ said }) => fits(said));
      if (found) return found.said;
      await new Promise<void>((resolve) => { this.wake = resolve; });
    }
  }
}

let db: FreshDatabase;
let trading: HandTrading;
let edges: Awaited<ReturnType<typeof agentEdges>>;
const boards: Board[] = [];
const open = async (path = '/ws'): Promise<Board> => {
  const board = await Board.open(edges.url + path);
  boards.push(board);
  return board;
};

beforeEach(async () => {
  db = await freshSqlite();
  trading = new HandTrading(AGENTS.map(({ id }) => id));
  edges = await agentEdges({ db, agents: AGENTS, trading });
});
afterEach(async () => {
  for (const { ws } of boards.splice(0)) ws.close();
  await edges.stop();
  expect(edges.faults).toEqual([]);
  await db.drop();
});

describe('/ws', () => {
  test('the state comes at once, with all of its parts', async () => {
    for (let at = 0; at < 40; at += 1) {
      const time = Date.parse('2026-01-01T00:00:00Z') + at * HOUR;
      await edges.candles.say('BTC/USD', { time, knownAt: time + HOUR, open: 100 + at, high: 102 + at, low: 99 + at, close: 101 + at, volume: 10 + at });
    }
    await trading.fill('asset-btc-usd', 'BTC/USD', 'buy', 2, 140, { fee: 1 });
    await trading.mark('asset-btc-usd', 'BTC/USD', 145);
    await db.kysely.insertInto('agent_cycles').values([
      { agent_id: 'asset-btc-usd', cycle: 1, as_of: trading.at - 2000, status: 'done', decided_by: 'rules', reasoning: 'Nothing to see.', decisions: '[]', inputs: null, error: null },
      { agent_id: 'asset-btc-usd', cycle: 2, as_of: trading.at - 1000, status: 'done', decided_by: 'rules', reasoning: 'Up.', decisions: '[{"action":"open_long","symbol":"BTC/USD","reason":"Breakout"}]', inputs: null, error: null },
    ]).execute();
    await db.kysely.insertInto('closed_trades').values([20, -10, 40].map((pnl, at) => ({
      trade_id: `t${at}`, account_id: 'asset-btc-usd', symbol: 'BTC/USD', leg: 'net' as const, side: 'long' as const, quantity: '1', entry_price: '100', exit_price: String(100 + pnl),
      pnl: String(pnl), fees: '0', leverage: 1, opened_at: at, closed_at: at + 1, liquidated: 0, opened_by: null, closed_by: null,
    }))).execute();
    await db.kysely.insertInto('equity_points').values(['10000', '10100', '10049.5', '10250.49'].map((equity, at) => ({ account_id: 'asset-btc-usd', at: at * HOUR, equity, available: equity, unrealised: '0' }))).execute();
    const board = await open();
    board.send({ action: 'subscribe', asset: 'btcusd' });
    const state = await board.until(() => true);
    expect(Object.keys(state)).toEqual(['asset', 'stats', 'chart', 'positions', 'feed', 'reflection', 'improvements', 'paused', 'interval', 'source', 'trading_state', 'reason', 'timestamp']);
    expect(state).toMatchObject({ asset: 'BTC/USD', paused: false, interval: 300, reflection: null, improvements: null, source: 'replay' });
    expect(state.stats).toMatchObject({ total_pnl: 9, total_trades: 3, average_win: 30, average_loss: -10 });
    // as an agent's performance, in percent: hourly returns 1 %, −0.5 %, 2 % of the year; from the peak to the 10,009 of now
    expect([state.stats.win_rate, state.stats.sharpe_ratio, state.stats.drawdown]).toEqual([200 / 3, (0.025 / 3 / 0.012583057392117) * Math.sqrt(8760), 100 * (1 - 10_009 / 10_250.49)].map((figure) => expect.closeTo(figure, 4)));
    expect(state.chart.interval).toBe('1h');
    expect(state.chart.labels).toHaveLength(30);
    expect(state.chart.labels.at(-1)).toBe('2026-01-02T15:00:00.000Z');
    expect([state.chart.prices.at(-1), state.chart.volumes.at(-1)]).toEqual([140, 49]);
    expect(state.positions).toEqual([{ symbol: 'BTC/USD', side: 'long', quantity: 2, entry_price: 140, mark_price: 145, unrealized_pnl: 10, opened_at: new Date(trading.at).toISOString() }]);
    expect(state.feed.map(({ action, message }) => [action, message])).toEqual([['open_long', 'Breakout'], ['wait', 'Nothing to see.']]);
    expect(await edges.assets.list()).toEqual([{
      symbol: 'BTC/USD', name: 'BTC/USD', agent_id: 'asset-btc-usd', paused: false, interval: 300, price: 140, source: 'replay', total_pnl: 9, position: state.positions[0],
      last_action: { timestamp: new Date(trading.at - 1000).toISOString(), action: 'open_long', message: 'Breakout' },
    }]);
  });

  test('changes come at most once a second, the last of them always, and none after unsubscribing', async () => {
    const board = await open();
    const began = performance.now();
    board.send({ action: 'subscribe', asset: 'BTC/USD' });
    await board.until(() => true);
    for (let at = 1; at <= 60; at += 1) {
      await trading.fill('asset-btc-usd', 'BTC/USD', 'buy', 0.01, 100, { fee: 1 });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await board.until(({ stats }) => stats.total_pnl === -60);
    const took = performance.now() - began; // of two that come one may be held up on its way, not all of them
    expect(board.got.length - 1).toBeLessThanOrEqual((took + 20) / 1000);
    board.send({ action: 'unsubscribe', asset: 'BTC/USD' });
    board.send({ action: 'nonsense' });
    await board.until(({ error }) => error !== undefined);
    const had = board.got.length;
    const other = await open();
    other.send({ action: 'subscribe', asset: 'BTC/USD' });
    await trading.fill('asset-btc-usd', 'BTC/USD', 'buy', 0.01, 100, { fee: 1 });
    await other.until(({ stats }) => stats.total_pnl === -61);
    expect(board.got.length).toBe(had);
  });

  test('pause, resume and set_interval are answered by the state, and others hear of it', async () => {
    const [board, other] = [await open(), await open()];
    for (const each of [board, other]) each.send({ action: 'subscribe', asset: 'BTC/USD' });
    await other.until(() => true);
    board.send({ action: 'pause' });
    await board.until(({ paused }) => paused === true);
    await other.until(({ paused }) => paused === true);
    board.send({ action: 'set_interval', interval: 600 });
    board.send({ action: 'resume', asset: 'btc-usd' });
    await other.until(({ paused, interval }) => paused === false && interval === 600);
  });

  test('what cannot be is refused with a code and a remedy', async () => {
    const board = await open();
    const refused = async (frame: unknown, code: string, message: string): Promise<void> => {
      board.send(frame);
      const { error } = await board.until((said) => said.error?.code === code && said.error.message.includes(message));
      expect(error).toBeDefined();
    };
    await refused({ action: 'subscribe', asset: 'BTCUSDT' }, 'NOT_FOUND', 'there are BTC/USD');
    await refused({ action: 'subscribe' }, 'VALIDATION_ERROR', 'asset');
    await refused({ action: 'pause' }, 'VALIDATION_ERROR', 'subscribe to one');
    await refused({ action: 'set_interval', asset: 'BTC/USD', interval: 59 }, 'VALIDATION_ERROR', 'at least 60');
    await refused({ action: 'set_interval', asset: 'BTC/USD', interval: 3601 }, 'VALIDATION_ERROR', 'at most 3600');
    await refused({ type: 'subscribe' }, 'UNKNOWN_TYPE', 'no "action"');
    await refused('{', 'BAD_JSON', 'not JSON');
    expect(edges.control.by).toEqual([]);
  });

  test('only /ws itself', async () => {
    const ws = new WebSocket(`${edges.url}/ws/`);
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain('404');
  });
});

test('where a token is needed, reading needs read and pausing trade', async () => {
  await edges.stop();
  edges = await agentEdges({ db, agents: AGENTS, trading, authRequired: true });
  const nobody = await open();
  expect((await nobody.closed)[0]).toBe(4401);
  expect(nobody.got[0]!.said.error!.code).toBe('UNAUTHENTICATED');
  const reader = await open(`/ws?token=${await token({ scope: 'read' })}`);
  reader.send({ action: 'subscribe', asset: 'BTC/USD' });
  reader.send({ action: 'pause' });
  expect((await reader.until(({ error }) => error !== undefined)).error!.code).toBe('FORBIDDEN');
  const trader = await open(`/ws?token=${await token({ subject: 'bob', scope: 'read trade' })}`);
  trader.send({ action: 'pause', asset: 'BTC/USD' });
  await trader.until(({ paused }) => paused === true);
  expect(edges.control.by).toEqual(['bob']);
});
