import { describe, expect, it } from '@jest/globals';
import type { Message } from '../client/index.js';
import { Statistics } from './statistics.js';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const message = (type: string, more: object = {}): Message => ({ type, data: {}, timestamp: new Date(T0).toISOString(), ...more }) as unknown as Message;

describe('Statistics', () => {
  it('counts by type, with the rate, the last offsets and the mean age of what was new', () => {
    const statistics = new Statistics(T0);
    statistics.add(message('agent_update', { room: 'symbol:AAPL', epoch: 'e', offset: 1 }), T0 + 10);
    statistics.add(message('agent_update', { room: 'symbol:AAPL', epoch: 'e', offset: 2 }), T0 + 30);
    statistics.add(message('agent_update', { room: 'symbol:AAPL', epoch: 'e', offset: 1, replayed: true }), T0 + 90_000);
    statistics.add(message('price_update', { snapshot: true }), T0 + 90_000);
    statistics.gaps = 1;
    statistics.reconnects = 2;
    expect(statistics.summary(T0 + 2000)).toEqual({
      seconds: 2, total: 4, rate: 2, counts: { agent_update: 3, price_update: 1 },
      rooms: { 'symbol:AAPL': { epoch: 'e', offset: 2 } }, gaps: 1, reconnects: 2, mean_age_ms: 20,
    });
    expect(statistics.lines(T0 + 2000)).toEqual([
      '4 messages in 2.0 s, 2.0 a second, mean delivery age 20.0 ms',
      '  agent_update  3',
      '  price_update  1',
      '  symbol:AAPL at offset 2 (epoch e)',
      '  gaps 1, reconnects 2',
    ]);
  });

  it('is finite before anything has come, and follows a replaced log', () => {
    const statistics = new Statistics(T0);
    expect(statistics.summary(T0)).toMatchObject({ total: 0, rate: 0, mean_age_ms: null });
    statistics.add(message('agent_update', { room: 'r', epoch: 'e1', offset: 9 }), T0);
    statistics.add(message('agent_update', { room: 'r', epoch: 'e2', offset: 1 }), T0);
    expect(statistics.summary(T0)['rooms']).toEqual({ r: { epoch: 'e2', offset: 1 } });
  });
});
