import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide } from '../consensus/decide.js';
import type { MarketView } from '../model/market-view.js';
import { UNTRUSTED_DOMAIN, type Vote } from '../model/opinion.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { barsAgo, viewOf } from '../../test/support/views.js';
import { decisionHash, decisionRecord, votesFrom } from './decision.js';
import { inputsRecord, viewFrom } from './inputs-record.js';
import { RunInputs, type StoredRun } from './run-inputs.js';

const RULES = { threshold: 0.7, minConfidence: 0.6, minDomains: 3 };
const rest = { runId: 'run-1', depth: 'fast', requester: 'schedule', seats: [], rules: RULES } as const;
const view = viewOf({
  indicators: { sma20: null, macd_hist: 0.1 + 0.2 },
  structure: { open_zones: [{ kind: 'order_block', direction: 'bullish', low: 99, high: 100, mitigated: 0.25, ...barsAgo(3) }] },
  news: [{ id: 'n1', title: '"Quoted" 世界', summary: '', source: 'feed', url: null, publishedAt: 1, symbols: ['TEST'] }],
});
const votes: readonly Vote[] = [
  vote('trend', { targetPrice: 101.5, cites: ['n1'] }), vote('b', { faultDomain: UNTRUSTED_DOMAIN, untrusted: true }),
  vote('a', { step: 'bull', round: 1 }), vote('z', { signal: 'ABSTAIN', confidence: 0, reason: 'TIMEOUT' }),
];

function vote(agentId: string, more: Partial<Vote> = {}): Vote {
  return { agentId, name: agentId.toUpperCase(), signal: 'BUY', confidence: 0.8, weight: 1, faultDomain: `rules:${agentId}`, latencyMs: 12, reasoning: ['so'], ...more };
}

const again = (seen: MarketView): MarketView => viewFrom(JSON.parse(JSON.stringify(inputsRecord(seen, rest))) as ReturnType<typeof inputsRecord>);

describe('a view that was recorded', () => {
  it('is read as it was, and frozen', () => {
    const back = again(view);
    expect(back).toStrictEqual(view);
    expect(Object.isFrozen(back.candles[0]) && Object.isFrozen(back.structure?.open_zones[0]) && Object.isFrozen(back)).toBe(true);
  });

  it('keeps numbers that JSON has no words for', () => {
    const odd = viewOf({ price: -0, indicators: { macd: -0, rsi14: NaN, obv: Infinity, mfi14: -Infinity } });
    expect(again(odd)).toStrictEqual(odd);
    expect(Object.is(again(odd).price, -0)).toBe(true);
  });
});

describe('a decision', () => {
  it('has one hash, whatever the order and speed of its votes, and after it was stored', () => {
    const record = decisionRecord(votes, decide(votes.filter(speaks), RULES));
    const reversed = [...votes].reverse().map((each) => ({ ...each, latencyMs: 99 }));
    expect(decisionHash(decisionRecord(reversed, decide(reversed.filter(speaks), RULES)))).toBe(decisionHash(record));
    expect(decisionHash(JSON.parse(JSON.stringify(record)) as typeof record)).toBe(decisionHash(record));
    expect(decisionHash(decisionRecord(votes.slice(1), decide(votes.filter(speaks), RULES)))).not.toBe(decisionHash(record));
  });

  it('gives its votes back', () => {
    const back = votesFrom(decisionRecord(votes, decide(votes.filter(speaks), RULES)));
    expect(back.map(({ agentId }) => agentId)).toEqual(['a', 'b', 'trend', 'z']);
    for (const original of votes) expect(back).toContainEqual({ ...original, latencyMs: 0 });
  });

  it('is recorded too where there were too few to make one', () => {
    expect(decisionRecord([], decide([], RULES)).verdict).toEqual({ kind: 'too-few', fault_domains: 0, needed: 3 });
  });
});

const speaks = (each: Vote): each is Vote & { signal: 'BUY' | 'SELL' | 'HOLD' } => each.signal !== 'ABSTAIN';

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('stored runs on %s', (_name, fresh) => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await fresh(); });
  afterAll(async () => { await db.drop(); });

  it('are found with the hash that they had, and the first storing stands', async () => {
    const runs = new RunInputs(db.kysely);
    const record = decisionRecord(votes, decide(votes.filter(speaks), RULES));
    const inputs = inputsRecord(view, rest);
    await db.kysely.transaction().execute((tx) => runs.insert(tx, inputs, record));
    await db.kysely.transaction().execute((tx) => runs.insert(tx, inputs, decisionRecord([], decide([], RULES))));
    const found = await runs.find('run-1');
    expect(found).toEqual({ inputs, decision: record, decisionHash: decisionHash(record) });
    expect(viewFrom((found as StoredRun).inputs)).toStrictEqual(view);
    expect(await runs.find('run-2')).toBeNull();
  });
});
