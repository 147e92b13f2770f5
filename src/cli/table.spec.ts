import { describe, expect, it } from '@jest/globals';
import type { Message } from '../client/index.js';
import { Board } from './board.js';
import { abbreviate, table } from './table.js';
import { ansi, plain } from './text.js';

const PANEL = ['trend', 'momentum', 'volume', 'vwap', 'time_series_momentum', 'ichimoku', 'mean_reversion', 'breakout', 'smart_money', 'volatility'];
const SENT = '2026-01-01T00:00:00.000Z';
const now = Date.parse(SENT) + 42_000;

const say = (type: string, data: object): Message => ({ type, data, timestamp: SENT }) as unknown as Message;
const vote = (symbol: string, agent_id: string, signal: string, confidence: number): Message => say('agent_update', { symbol, agent_id, signal, confidence });

function panelOnAapl(): Board {
  const board = new Board(['AAPL', 'btc-usd']);
  board.apply(say('price_update', { symbol: 'AAPL', price: 187.234, source: 'simulated' }), now);
  board.apply(say('price_update', { symbol: 'BTC/USD', price: 97_123.4, source: 'replay' }), now);
  for (const id of PANEL.slice(0, 7)) board.apply(vote('AAPL', id, 'BUY', 0.92), now);
  board.apply(vote('AAPL', 'breakout', 'SELL', 0.611), now);
  board.apply(vote('AAPL', 'smart_money', 'HOLD', 1), now);
  board.apply(vote('AAPL', 'volatility', 'ABSTAIN', 0), now);
  board.apply(say('signal_update', {
    symbol: 'AAPL', action: 'BUY', confidence: 0.83, price: 187, source: 'simulated',
    agents_consensus: { consensus_strength: 'UNANIMOUS', agreement: 0.86, agent_details: {} },
  }), now);
  return board;
}
const at = (width: number, board = panelOnAapl(), height = 40): string[] => table(board, { width, height, now, paint: plain });

describe('table', () => {
  it.each([20, 40, 60, 80, 120, 200])('keeps inside %i columns', (width) => {
    for (const line of at(width)) expect(line.length).toBeLessThanOrEqual(width);
  });

  it('puts the votes beside the consensus on a wide terminal', () => {
    const lines = at(200);
    expect(lines[0]).toMatch(/^SYMBOL +PRICE +ACTION CONF STRENGTH +AGR AGE +trend +momentum volume +vwap/);
    expect(lines[1]).toMatch(/^AAPL +187\.23 SIMULATED BUY +83% UNANIMOUS +86% 42s +(B92 +){7}S61 +H100 +–$/);
    expect(lines[2]).toMatch(/^BTC\/USD +97123\.40 replay +– +– +– +– +–$/);
    expect(lines.slice(3).join()).toContain('time_series_momentum');
  });

  it.each([60, 80])('puts them below it at %i columns', (width) => {
    const lines = at(width);
    expect(lines[0]).toMatch(/^SYMBOL +PRICE +ACTION CONF STRENGTH +AGR AGE$/);
    expect(lines[1]).toBe('  tre mom vol vwa tim ich mea bre sma voa');
    expect(lines[2]).toMatch(/^AAPL +187\.23 SIMULATED BUY +83% UNANIMOUS +86% 42s$/);
    expect(lines[3]).toBe('  B92 B92 B92 B92 B92 B92 B92 S61 H1. –');
    expect(lines.join('\n')).toContain('voa volatility');
  });

  it('counts the symbols that the height does not hold', () => {
    const board = new Board(Array.from({ length: 50 }, (_, n) => `S${n}`));
    const lines = at(80, board, 10);
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.at(-1)).toBe('… and 42 more symbols');
  });

  it('colours without changing what is there', () => {
    const painted = table(panelOnAapl(), { width: 80, height: 40, now, paint: ansi });
    expect(painted.join('')).toContain('\x1b[32mBUY');
    expect(painted.map((line) => line.replace(/\x1b\[\d+m/g, '').trimEnd())).toEqual(at(80));
  });

  it('lets no control character of a server through', () => {
    const board = new Board(['AAPL']);
    board.apply(say('price_update', { symbol: 'AAPL', price: 1, source: 'x\x1b[2J\n' }), now);
    expect(at(80, board).join('')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('Board', () => {
  it('takes the votes of a snapshot and the spelling of the wire, and ignores other symbols', () => {
    const board = new Board(['btcusd']);
    board.apply(say('signal_update', {
      symbol: 'BTC/USD', action: 'SELL', confidence: 0.7, price: 5, source: 'replay',
      agents_consensus: { consensus_strength: 'STRONG', agreement: 0.9, agent_details: { trend: { name: 'T', signal: 'SELL', confidence: 0.7 } } },
    }), now);
    board.apply(vote('AAPL', 'trend', 'BUY', 1), now);
    expect(board.rows).toHaveLength(1);
    expect(board.rows[0]).toMatchObject({ symbol: 'BTC/USD', price: 5, decidedAt: Date.parse(SENT), consensus: { action: 'SELL' } });
    expect(board.rows[0]?.votes.get('trend')).toEqual({ signal: 'SELL', confidence: 0.7 });
  });
});

describe('abbreviate', () => {
  it('gives different names different titles', () => {
    expect(abbreviate(['volume', 'volatility', 'vol', 'vol'], 3)).toEqual(['vol', 'voa', 'vo2', 'vo3']);
    expect(abbreviate(PANEL, 20)).toEqual(PANEL);
  });
});
