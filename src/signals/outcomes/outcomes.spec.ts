import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Candle } from '../../model/candle.js';
import { intervalMs, type Interval } from '../../model/interval.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { HandFeed, instrumentOf } from '../../../test/support/hand-feed.js';
import { outcomeNode, type OutcomeNode } from '../../../test/support/outcome-node.js';

const START = Date.UTC(2024, 0, 2);
const S = 'BTC/USD';

const candle = (at: number, [open, high, low, close]: readonly [number, number, number, number], interval: Interval = '1m'): Candle => {
  const time = START + at * intervalMs(interval);
  return { time, knownAt: time + intervalMs(interval), open, high, low, close, volume: 1 };
};
const flat = (at: number): Candle => candle(at, [100, 100, 100, 100]);

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('outcomes on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let feed: HandFeed;
  let node: OutcomeNode;
  beforeEach(async () => {
    db = await fresh();
    await begin();
  });
  afterEach(async () => {
    await node.outcomes.stop(0);
    await db.drop();
    expect(node.errors).toEqual([]);
  });
  const begin = async (more?: Parameters<typeof outcomeNode>[2]): Promise<void> => {
    feed = new HandFeed([instrumentOf(S), instrumentOf('ETH')], '1m');
    node = await outcomeNode(db, feed, more);
  };
  const say = async (...candles: readonly Candle[]): Promise<void> => { for (const each of candles) await feed.say(S, each); };
  const said = async () => {
    const all = await node.log.read(`symbol:${S}`, 0, 1e6, 1000);
    return all.filter(({ type }) => type === 'signal_resolved').map(({ body, messageId }) => ({ ...(JSON.parse(body) as { correct: unknown; scores: unknown }), messageId }));
  };
  const rows = () => db.kysely.selectFrom('situations').selectAll().orderBy('signal_id').execute();

  it('follows a signal from the next opening to the close of its horizon, and says so once', async () => {
    await say(flat(0), flat(1));
    const { signalId, runId } = await node.signal({ symbol: S, action: 'BUY', bars: 3, votes: { a: 'BUY', b: 'SELL', c: 'HOLD', d: 'ABSTAIN' } });
    await say(candle(2, [101, 102, 100, 100]), candle(3, [90, 130, 90, 100]));
    expect(await said()).toEqual([]);
    await say(candle(4, [100, 111, 100, 110]));
    const end = { status: 'expired', outcome_return: Math.log(110 / 101), outcome: 'UP', correct: true, scores: { a: 1, b: 0, c: 0 } };
    expect(await said()).toMatchObject([{
      ...end, symbol: S, signal_id: signalId, run_id: runId, action: 'BUY', horizon_bars: 3, messageId: `run:${runId}:resolved`,
      resolved_at: new Date(candle(4, [1, 1, 1, 1]).knownAt).toISOString(),
    }]);
    expect(await rows()).toMatchObject([{ status: 'resolved', outcome: 'UP', correct: 1, scores: '{"a":1,"b":0,"c":0}', resolved_at: candle(4, [1, 1, 1, 1]).knownAt, band: 0.002, cost: 0.002 }]);
    await say(flat(5));
    expect(await said()).toHaveLength(1);
    expect(node.outcomes.waiting).toBe(0);
  });

  it('says a level that was hit first, without scores, and the horizon all the same', async () => {
    await say(flat(0));
    const { runId } = await node.signal({ symbol: S, action: 'SELL', bars: 3, target: 95, stop: 105 });
    await say(candle(1, [100, 104, 96, 100]), candle(2, [100, 106, 94, 100]), candle(3, [100, 100, 80, 90]));
    expect(await said()).toMatchObject([
      { status: 'stop_hit', outcome_return: Math.log(105 / 100), correct: null, scores: null, messageId: `run:${runId}:touched` },
      { status: 'expired', outcome_return: Math.log(0.9), outcome: 'DOWN', correct: true, scores: { a: 1 }, messageId: `run:${runId}:resolved` },
    ]);
    expect(await rows()).toMatchObject([{ touched: 'stop', status: 'resolved' }]);
  });

  it('scores an analyst once a candle, and a superseded signal like any other', async () => {
    await say(flat(0));
    await node.signal({ symbol: S, action: 'HOLD', bars: 2, votes: { a: 'HOLD', b: 'BUY' } });
    await node.signal({ symbol: S, action: 'BUY', bars: 2, votes: { a: 'BUY', b: 'BUY', c: 'BUY' } });
    await say(flat(1));
    await node.signal({ symbol: S, action: 'HOLD', bars: 2, votes: { a: 'HOLD' } });
    await say(flat(2), flat(3));
    expect((await said()).map(({ correct, scores }) => [correct, scores])).toEqual([[true, { a: 1, b: 0 }], [false, { c: 0 }], [true, { a: 1 }]]);
  });

  it('does not score again what an earlier process scored', async () => {
    await say(flat(0));
    await node.signal({ symbol: S, action: 'HOLD', bars: 1, votes: { a: 'HOLD' } });
    await say(flat(1));
    await begin(); // the file is replayed anew
    await say(flat(0));
    await node.signal({ symbol: S, action: 'HOLD', bars: 1, votes: { a: 'HOLD', b: 'HOLD' } });
    await say(flat(1));
    expect((await said()).map(({ scores }) => scores)).toEqual([{ a: 1 }, { b: 1 }]);
  });

  it('goes on after a restart where the candles are known, and waits for a file to come to t again', async () => {
    await say(flat(0), flat(1));
    await node.signal({ symbol: S, action: 'BUY', bars: 2 });
    await say(candle(2, [100, 100, 100, 100]));
    await begin();
    await say(flat(0)); // not at t yet
    expect(node.outcomes.waiting).toBe(1);
    await say(flat(1), candle(2, [100, 100, 100, 100]), candle(3, [100, 120, 100, 120]));
    expect(await said()).toMatchObject([{ status: 'expired', outcome_return: Math.log(1.2) }]);
  });

  it('calls an outcome unknown where candles are missing, and invents none', async () => {
    await say(flat(0), flat(1));
    await node.signal({ symbol: S, action: 'BUY', bars: 2 });
    await begin();
    await say(flat(2), flat(3), flat(4)); // t itself never comes
    expect(await said()).toMatchObject([{ status: 'unknown', outcome_return: null, outcome: null, correct: null, scores: null }]);
    expect(await rows()).toMatchObject([{ status: 'unknown', outcome_return: null, scores: null }]);
    expect(node.outcomes.waiting).toBe(0);
  });

  it('counts bars, not minutes, and leaves other symbols alone', async () => {
    await say(flat(0));
    await node.signal({ symbol: S, action: 'BUY', bars: 2 });
    await feed.say('ETH', flat(1));
    await feed.say('ETH', flat(2));
    await say(candle(600, [100, 100, 100, 100]), candle(9000, [100, 105, 100, 105]));
    expect(await said()).toMatchObject([{ status: 'expired', outcome_return: Math.log(1.05) }]);
  });

  it('in a cluster is the leader\'s, whoever stored the signal, and a deposed one stores nothing', async () => {
    let [leads, deposed] = [true, false];
    const leadership = { leads: () => leads, term: () => 7 };
    const check = async (): Promise<void> => { if (deposed) throw new Error('another leads'); };
    await begin({ leadership, check });
    const heard = new HandFeed([instrumentOf(S)], '1m');
    const other = await outcomeNode(db, heard, { leadership: { leads: () => false, term: () => 0 }, check });
    await Promise.all([say(flat(0)), heard.say(S, flat(0))]);
    await other.signal({ symbol: S, action: 'BUY', bars: 1 });
    deposed = true;
    await say(candle(1, [100, 110, 100, 110]));
    expect(await said()).toEqual([]);
    expect(node.errors.splice(0)).not.toEqual([]);
    deposed = false;
    leads = false;
    await say(candle(2, [110, 110, 110, 110]));
    expect(await said()).toEqual([]);
    leads = true;
    await say(candle(3, [110, 110, 110, 110]));
    expect(await said()).toMatchObject([{ status: 'expired', outcome_return: Math.log(1.1) }]);
    await other.situations.stop();
    await node.situations.stop();
  });
});
