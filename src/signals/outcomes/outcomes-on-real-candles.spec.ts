import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Knowledge } from '../../knowledge/knowledge.js';
import { ReplayFeed } from '../../market/feeds/replay.js';
import type { Candle } from '../../model/candle.js';
import { intervalMs } from '../../model/interval.js';
import type { Action } from '../../model/opinion.js';
import type { SimilarSituation } from '../../model/situation.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { outcomeNode, type OutcomeNode } from '../../../test/support/outcome-node.js';
import { until } from '../../../test/support/until.js';

const FILE = new URL('../../../../shared/data/SPY-1d.csv', import.meta.url);
const BARS = 5;
const H = 5;
const ACTIONS: readonly Action[] = ['BUY', 'SELL', 'HOLD'];
const describeReal = existsSync(FILE) ? describe : describe.skip;

/** A signal after each closed candle of the file, and what was similar then. */
async function replay(db: FreshDatabase): Promise<{ node: OutcomeNode; candles: Candle[]; similar: Map<number, readonly SimilarSituation[]> }> {
  const SPY = instrumentOf('SPY', { assetClass: 'equity', hours: 'us_equity', sources: { replay: { timestamps: 'session_date', volume: 'base' } } });
  const fail = (error: unknown): void => { throw new Error('the replay', { cause: error }); };
  const feed = new ReplayFeed({ instruments: [SPY], files: new Map([['SPY', FILE.pathname]]), loop: false, speed: 0, onBadRow: fail, onError: fail });
  const [candles, similar] = [[] as Candle[], new Map<number, readonly SimilarSituation[]>()];
  let ended = false;
  const node = await outcomeNode(db, feed, {
    closed: async (its, candle) => {
      const view = its.market.view('SPY');
      similar.set(view.asOf, its.situations.similar(view));
      candles.push(candle);
      await its.signal({ symbol: 'SPY', action: ACTIONS[candles.length % 3]!, bars: BARS });
    },
    ended: () => { ended = true; },
  });
  await until(() => ended, 'the end of the file', 500_000);
  return { node, candles, similar };
}

describeReal('outcomes over all of SPY\'s daily candles (skipped where ../shared/data is absent)', () => {
  let db: FreshDatabase;
  let all: Awaited<ReturnType<typeof replay>>;
  beforeAll(async () => {
    db = await freshSqlite();
    all = await replay(db);
  }, 600_000);
  afterAll(() => db.drop());

  it('are R = ln(close[t+H] / open[t+1]) of each signal, over weekends and holidays, and nothing before its time', async () => {
    const rows = await db.kysely.selectFrom('situations').selectAll().orderBy('candle_time').execute();
    expect(rows).toHaveLength(all.candles.length);
    expect(all.node.errors).toEqual([]);
    rows.forEach((row, t) => {
      const [first, last] = [all.candles[t + 1], all.candles[t + H]];
      expect(row.candle_time).toBe(all.candles[t]!.time);
      if (!last) return expect([row.status, row.outcome_return]).toEqual([null, null]);
      expect(row).toMatchObject({ status: 'resolved', resolved_at: last.knownAt, outcome_return: Math.log(last.close / first!.open) });
      expect(row.resolved_at! - row.as_of).toBeGreaterThanOrEqual(H * intervalMs('1d') - 3_600_000); // an hour of daylight saving
    });
    const share = (outcome: string): number => rows.filter((row) => row.outcome === outcome).length / rows.length;
    expect(share('FLAT')).toBeGreaterThan(0.25); // the band is a trailing third
    expect(share('FLAT')).toBeLessThan(0.45);
    expect(share('UP')).toBeGreaterThan(share('DOWN')); // two decades of SPY
  });

  it('never count as similar before they were resolved, and neighbours lie a horizon apart', async () => {
    const rows = new Map((await db.kysely.selectFrom('situations').selectAll().execute()).map((row) => [row.signal_id, row]));
    let [items, full] = [0, 0];
    const wrong: string[] = [];
    for (const [asOf, similar] of all.similar) {
      for (const { signalId, outcomeReturn, outcome } of similar) {
        const row = rows.get(signalId)!;
        items += 1;
        if (!(row.resolved_at! <= asOf) || outcomeReturn !== row.outcome_return || outcome !== row.outcome) wrong.push(`${signalId} at ${asOf}`);
      }
      const spans = similar.map(({ signalId }) => rows.get(signalId)!).sort((a, b) => a.as_of - b.as_of);
      spans.slice(1).forEach((span, at) => { if (span.as_of < spans[at]!.resolved_at!) wrong.push(`${span.signal_id} overlaps at ${asOf}`); });
      if (similar.length === 5) full += 1;
    }
    expect(wrong).toEqual([]);
    expect(items).toBeGreaterThan(25_000);
    expect(full).toBeGreaterThan(all.candles.length - 200);
  });

  it('are remembered by the next process as by this one', async () => {
    const view = all.node.market.view('SPY');
    const here = all.node.situations.similar(view);
    expect(here).toHaveLength(5);
    const next = new (all.node.situations.constructor as typeof import('../../knowledge/situations.js').Situations)(db.kysely, () => undefined);
    await next.start({ shared: false });
    expect(next.similar(view)).toEqual(here);
    expect(next.similar({ ...view, source: 'simulated' })).toEqual([]);
    expect(next.similar({ ...view, interval: '1h' })).toEqual([]);
    expect(new Knowledge(next, null).about(view)).toEqual({ news: [], similar: here });
  });
});
