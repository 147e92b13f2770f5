import { describe, expect, it } from '@jest/globals';
import { readFrame } from './outside-frame.js';

const NOW = Date.parse('2026-02-03T12:00:00Z');

describe('a frame of an outside stream', () => {
  const tick = (more: object = {}): string => JSON.stringify({ symbol: 'AAPL', price: 150.5, volume: 3, timestamp: '2026-02-03T12:00:00Z', ...more });

  it.each([
    [tick(), 1], [tick({ timestamp: '2026-02-03T12:00:00.000000' }), 1], [tick({ timestamp: '2026-02-03 12:00:00' }), 1], [tick({ timestamp: '2026-02-03T13:00:00+01:00' }), 1],
    [tick({ timestamp: NOW }), 1], [tick({ timestamp: NOW / 1000 }), 1], [tick({ timestamp: String(NOW) }), 1],
    [tick({ price: '150.50', volume: '3' }), 1], [`[${tick()},${tick()}]`, 2], [`{"type":"price_update","data":${tick()},"room":"symbol:AAPL"}`, 1], [tick({ type: 'trade' }), 1],
  ])('%s is ticks', (text, count) => {
    const { ticks, bad } = readFrame(text, NOW);
    expect(bad).toEqual([]);
    expect(ticks).toEqual(Array(count).fill({ symbol: 'AAPL', price: 150.5, volume: 3, time: NOW }));
  });

  it('may leave out the volume, and keeps a fraction of a second', () => {
    expect(readFrame(tick({ volume: undefined, timestamp: NOW / 1000 - 0.25 }), NOW).ticks).toEqual([{ symbol: 'AAPL', price: 150.5, volume: 0, time: NOW - 250 }]);
  });

  it.each(['{"type":"welcome","data":{"symbol":"AAPL","price":1}}', '{"type":"ack","ok":true}', '[]'])('%s is nothing, and not bad', (text) => {
    expect(readFrame(text, NOW)).toEqual({ ticks: [], bad: [], simulated: false });
  });

  it.each([
    ['{', /not JSON/], ['', /not JSON/], ['null', /no object/], ['7', /no object/], ['[[1]]', /no object/], ['{}', /no symbol and price/], ['{"type":"price_update"}', /no symbol and price/],
    [tick({ symbol: 7 }), /symbol is no text/], [tick({ price: 0 }), /price is no number/], [tick({ price: -1 }), /price/], [tick({ price: '0x10' }), /price/], [tick({ price: null }), /price/], [tick({ price: '1e999' }), /price/],
    [tick({ volume: -1 }), /volume/], [tick({ volume: 'much' }), /volume/], [tick({ timestamp: undefined }), /timestamp is neither/], [tick({ timestamp: 'noon' }), /timestamp/], [tick({ timestamp: '2026-13-45T99:00:00Z' }), /timestamp/],
    [tick({ timestamp: -5 }), /timestamp/], [tick({ timestamp: NOW + 5001 }), /timestamp is 5 s ahead of this machine's clock/], [tick({ timestamp: 1e300 }), /ahead/],
  ])('%s is bad', (text, why) => {
    expect(readFrame(text, NOW)).toEqual({ ticks: [], bad: [expect.stringMatching(why)], simulated: false });
  });

  it('says that prices are made up where the stream says so', () => {
    expect(readFrame(tick({ source: 'simulated' }), NOW).simulated).toBe(true);
    expect(readFrame(tick({ source: 'ws:other:8000:simulated' }), NOW).simulated).toBe(true);
    expect(readFrame(tick({ source: 'replay' }), NOW).simulated).toBe(false);
  });
});
