import { expect, it } from '@jest/globals';
import type { FeedLine } from '../market/feeds/feed.js';
import type { SystemAlert } from '../rooms/system-alert.js';
import { FeedStaleness } from './feed-staleness.js';
import { FeedState } from './feed-state.js';

const START = Date.parse('2026-02-03T12:00:00Z');

class World {
  time = START;
  market = { lastTickAt: null as number | null, ended: false, source: 'ws:feed.example.com', line: null as FeedLine | null, now: () => this.time };
  leads = true;
  readonly said: SystemAlert[] = [];
  readonly state = new FeedState(this.market);
  readonly staleness = new FeedStaleness({
    report: () => this.state.report(), now: () => this.time, leads: () => this.leads,
    say: async (alert) => this.said.push(alert), onError: (error) => { throw error; },
  });

  /** Looks each second until `at` seconds after the start. */
  to(at: number): readonly string[] {
    for (; this.time < START + at * 1000; this.time += 1000) this.staleness.look();
    this.staleness.look();
    return this.said.map(({ code }) => code);
  }
}
const line = (connected: boolean): FeedLine => ({ connected, badFrames: 2, unknownSymbols: 3 });

it('a feed that stops is said to be stale once, and to be back once', () => {
  const world = new World();
  world.market.line = line(true);
  world.market.lastTickAt = START;
  expect(world.state.report()).toEqual({ name: 'ws:feed.example.com', simulated: false, last_tick_age_ms: 0, stale: false, ended: false, connected: true, bad_frames: 2, unknown_symbols: 3 });
  expect(world.to(15)).toEqual([]);
  world.market.line = line(false);
  expect(world.to(40)).toEqual(['FEED_STALE']);
  expect(world.said[0]).toEqual({
    level: 'warning', code: 'FEED_STALE', timestamp: '2026-02-03T12:00:16.000Z',
    message: 'No price for 16 s from ws:feed.example.com, which is not connected: what is shown is old, and nothing new is traded on it',
  });
  expect(world.state.report()).toMatchObject({ stale: true, connected: false });
  world.market.lastTickAt = world.time;
  expect(world.to(45)).toEqual(['FEED_STALE', 'FEED_BACK']);
});

it('a stream that never answers is stale after the moment that it is given, and shown so at once', () => {
  const world = new World();
  world.market.line = line(false);
  expect(world.state.report()).toMatchObject({ stale: true, last_tick_age_ms: null });
  expect(world.to(15)).toEqual([]);
  expect(world.to(17)).toEqual(['FEED_STALE']);
});

it('only one node says it; feeds that have ended, or have not begun, are not stale', () => {
  const other = new World();
  other.leads = false;
  other.market.lastTickAt = START;
  expect(other.to(30)).toEqual([]);
  const ended = new World();
  Object.assign(ended.market, { lastTickAt: START, ended: true });
  expect(ended.to(30)).toEqual([]);
  expect(new World().to(30)).toEqual([]);
});

it('prices that come by way of another server are simulated where it says so', () => {
  const world = new World();
  world.market.source = 'ws:other:8000:simulated';
  expect(world.state.report()).toMatchObject({ name: 'ws:other:8000:simulated', simulated: true });
});
