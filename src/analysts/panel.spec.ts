import { describe, expect, it } from '@jest/globals';
import { UNTRUSTED_DOMAIN, type Opinion, type Vote } from '../model/opinion.js';
import { viewOf } from '../../test/support/views.js';
import type { Analyst } from './analyst.js';
import { Cancelled } from './cancelled.js';
import type { Deliberation } from './deliberation.js';
import { Panel, type PanelMore } from './panel.js';
import { clusterStatistics } from './seat-statistics.js';

const VIEW = viewOf();
const BUY: Opinion = { signal: 'BUY', confidence: 0.7, reasoning: ['up'], targetPrice: 110, stopLoss: 95 };
const HOLD: Opinion = { signal: 'HOLD', confidence: 0.6, reasoning: ['flat'] };

const analyst = (id: string, opine: Analyst['opine']): Analyst => ({
  id, name: id.toUpperCase(), faultDomain: `test:${id}`, weight: 1, warmUp: 0, source: 'this spec', opine,
});
const says = (id: string, opinion: unknown): Analyst => analyst(id, () => opinion as Opinion);
/** An analyst whose answer the spec gives. */
const waits = (id: string) => {
  const { promise, resolve, reject } = withResolvers<Opinion>();
  let given: AbortSignal | undefined;
  return { resolve, reject, signal: () => given!, analyst: analyst(id, (_view, signal) => { given = signal; return promise; }) };
};
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
}
/** A panel on a clock that goes on by 1 ms whenever it is read. */
function panelOf(analysts: readonly Analyst[], deadlineMs = 60_000) {
  let now = 0;
  const faults: string[] = [];
  const heard: Vote[] = [];
  const panel = new Panel(analysts, deadlineMs, () => now++, ({ id }, error) => faults.push(`${id}: ${(error as Error).message}`));
  return { panel, faults, heard, onVote: (vote: Vote) => void heard.push(vote) };
}

describe('a panel', () => {
  it('gives all votes in panel order, with their seats, and each to the listener', async () => {
    const { panel, heard, onVote } = panelOf([says('a', BUY), says('b', HOLD)]);
    const votes = await panel.ask(VIEW, onVote);
    expect(votes).toEqual([
      { ...BUY, agentId: 'a', name: 'A', faultDomain: 'test:a', weight: 1, latencyMs: 1 },
      { ...HOLD, agentId: 'b', name: 'B', faultDomain: 'test:b', weight: 1, latencyMs: 1 },
    ]);
    expect(heard).toEqual(votes);
  });

  it('lands answers that come at once before ask returns', () => {
    const { panel, heard, onVote } = panelOf([says('a', BUY), says('b', HOLD)]);
    void panel.ask(VIEW, onVote);
    expect(heard.map(({ agentId }) => agentId)).toEqual(['a', 'b']);
  });

  it('hands on each vote the moment it lands, whatever the order of the seats', async () => {
    const [slow, quick] = [waits('slow'), waits('quick')];
    const { panel, heard, onVote } = panelOf([slow.analyst, quick.analyst, says('rule', HOLD)]);
    const asked = panel.ask(VIEW, onVote);
    quick.resolve(BUY);
    await Promise.resolve().then(() => {});
    slow.resolve(HOLD);
    expect((await asked).map(({ agentId }) => agentId)).toEqual(['slow', 'quick', 'rule']);
    expect(heard.map(({ agentId }) => agentId)).toEqual(['rule', 'quick', 'slow']);
  });

  it('lets one that throws or rejects abstain, and tells the log', async () => {
    const throws = analyst('throws', () => { throw new Error('no luck'); });
    const rejects = analyst('rejects', () => Promise.reject(new Error('429')));
    const { panel, faults, onVote } = panelOf([throws, rejects, says('rule', HOLD)]);
    const votes = await panel.ask(VIEW, onVote);
    expect(votes[0]).toMatchObject({ signal: 'ABSTAIN', confidence: 0, reason: 'FAILED', reasoning: ['The analyst failed: no luck'] });
    expect(votes[1]).toMatchObject({ signal: 'ABSTAIN', reason: 'FAILED', reasoning: ['The analyst failed: 429'] });
    expect(votes[2]!.signal).toBe('HOLD');
    expect(faults).toEqual(['throws: no luck', 'rejects: 429']);
  });

  it('lets one that hangs abstain at the deadline, aborts it, and ignores its late answer', async () => {
    const hangs = waits('hangs');
    const { panel, faults, heard, onVote } = panelOf([hangs.analyst, says('rule', HOLD)], 5);
    const votes = await panel.ask(VIEW, onVote);
    expect(votes[0]).toMatchObject({ signal: 'ABSTAIN', reason: 'TIMEOUT', reasoning: ['No answer within 5 ms.'] });
    expect(hangs.signal().aborted).toBe(true);
    const before = structuredClone(votes);
    hangs.resolve(BUY);
    await new Promise(setImmediate);
    expect(votes).toEqual(before);
    expect(heard).toHaveLength(2);
    expect(faults).toEqual(['hangs: No answer within 5 ms']);
  });

  it('outlives a rejection that comes after the deadline', async () => {
    const hangs = waits('hangs');
    const { panel, faults, onVote } = panelOf([hangs.analyst], 5);
    await panel.ask(VIEW, onVote);
    hangs.reject(new Error('aborted'));
    await new Promise(setImmediate);
    expect(faults).toEqual(['hangs: No answer within 5 ms']);
  });

  it.each<[unknown, string]>([
    [{ ...BUY, confidence: NaN }, 'confidence is NaN'],
    [{ ...BUY, confidence: 1.2 }, 'confidence is 1.2'],
    [{ ...BUY, confidence: '0.7' }, "confidence is '0.7'"],
    [{ ...BUY, signal: 'MOON' }, "signal is 'MOON'"],
    [{ ...BUY, reasoning: 'up' }, 'reasoning is not a list'],
    [{ ...BUY, reasoning: ['up', 1] }, 'reasoning is not a list'],
    [{ ...BUY, targetPrice: Infinity }, 'targetPrice is Infinity'],
    [{ ...BUY, stopLoss: null }, 'stopLoss is null'],
    [{ signal: 'ABSTAIN', confidence: 0, reasoning: [], reason: 'BORED' }, "reason is 'BORED'"],
    [null, 'not null'],
    [undefined, 'not undefined'],
  ])('refuses the opinion %j and says what is wrong', async (opinion, wrong) => {
    const later = analyst('later', () => Promise.resolve(opinion as Opinion));
    const { panel, faults, onVote } = panelOf([says('now', opinion), later]);
    for (const vote of await panel.ask(VIEW, onVote)) {
      expect(vote).toMatchObject({ signal: 'ABSTAIN', confidence: 0, reason: 'INVALID_OPINION' });
      expect(vote.reasoning[0]).toContain(wrong);
    }
    expect(faults).toHaveLength(2);
  });

  it('keeps only an opinion’s own fields, and no prices of one that abstains', async () => {
    const { panel, onVote } = panelOf([
      says('a', { ...HOLD, agentId: 'somebody else', weight: 99 }),
      says('b', { signal: 'ABSTAIN', confidence: 0.4, reason: 'NO_DATA', reasoning: [], targetPrice: 5 }),
    ]);
    const [a, b] = await panel.ask(VIEW, onVote);
    expect(a).toMatchObject({ agentId: 'a', weight: 1 });
    expect(b).toEqual({ agentId: 'b', name: 'B', faultDomain: 'test:b', weight: 1, signal: 'ABSTAIN', confidence: 0, reason: 'NO_DATA', reasoning: [], latencyMs: 1 });
  });

  it('lets votes of an earlier attempt stand and does not ask again', async () => {
    let asked = 0;
    const { panel, heard, onVote } = panelOf([analyst('a', () => { asked++; return HOLD; }), says('b', HOLD)]);
    const earlier: Vote = { ...BUY, agentId: 'a', name: 'A', faultDomain: 'test:a', weight: 1, latencyMs: 7 };
    const votes = await panel.ask(VIEW, onVote, { already: new Map([['a', earlier]]) });
    expect(votes[0]).toBe(earlier);
    expect(asked).toBe(0);
    expect(heard.map(({ agentId }) => agentId)).toEqual(['b']);
    expect(panel.counts()[0]!.asked).toBe(0);
  });

  it('ends with the reason of the signal that cancels it, and aborts who has not answered', async () => {
    const hangs = waits('hangs');
    const { panel, heard, onVote } = panelOf([hangs.analyst, says('rule', HOLD)]);
    const stop = new AbortController();
    const asked = panel.ask(VIEW, onVote, { signal: stop.signal });
    stop.abort(new Error('draining'));
    await expect(asked).rejects.toThrow('draining');
    expect(hangs.signal().aborted).toBe(true);
    expect(heard.map(({ agentId }) => agentId)).toEqual(['rule']);
    await expect(panel.ask(VIEW, onVote, { signal: stop.signal })).rejects.toThrow('draining');
  });

  it('rejects where the listener throws, instead of calling the analyst faulty', async () => {
    const hangs = waits('hangs');
    const broken = () => { throw new Error('disk full'); };
    for (const analysts of [[says('a', BUY)], [hangs.analyst, says('a', BUY)], [analyst('later', () => Promise.resolve(BUY))]]) {
      const { panel, faults } = panelOf(analysts);
      await expect(panel.ask(VIEW, broken)).rejects.toThrow('disk full');
      expect(faults).toEqual([]);
    }
    expect(hangs.signal().aborted).toBe(true);
  });

  it('counts votes, abstentions and latency of each analyst', async () => {
    const answers: Opinion[] = [BUY, HOLD, { signal: 'ABSTAIN', confidence: 0, reason: 'NO_SETUP', reasoning: [] }, HOLD];
    const { panel, onVote } = panelOf([analyst('a', () => answers.shift()!)]);
    expect(panel.counts()[0]!.latencies).toEqual([]);
    for (let run = 0; run < 4; run++) await panel.ask(VIEW, onVote);
    expect([...clusterStatistics([panel.counts()]).values()]).toMatchObject([
      { id: 'a', asked: 4, votes: { BUY: 1, SELL: 0, HOLD: 2 }, abstained: { NO_SETUP: 1, TIMEOUT: 0 }, latency: { mean: 1, median: expect.closeTo(1, 1) } },
    ]);
  });

  it('shows its seats, and refuses two of the same name', () => {
    expect(panelOf([says('a', BUY)]).panel.seats).toEqual([{ id: 'a', name: 'A', faultDomain: 'test:a', weight: 1, warmUp: 0, source: 'this spec' }]);
    expect(() => panelOf([says('a', BUY), says('a', HOLD)])).toThrow("Two analysts are called 'a'");
  });
});

/** Speaks for two model seats; the spec gives its answer. */
function courtOf(answer: (votes: readonly Vote[], onStep: (vote: Vote) => void) => Promise<Opinion>): Deliberation & { heard: (readonly Vote[])[] } {
  const heard: (readonly Vote[])[] = [];
  return { rounds: 1, faultDomain: 'models', heard, hold: (_view, votes, _question, _signal, onStep) => { heard.push(votes); return answer(votes, onStep); } };
}
const model = (opine: Analyst): Analyst => ({ ...opine, kind: 'model' });
const deep = { question: { runId: 'r', depth: 'deep' as const, requester: 'schedule' } };
const panelWith = (analysts: readonly Analyst[], more: PanelMore) => {
  const heard: Vote[] = [];
  return { panel: new Panel(analysts, 60_000, () => 0, () => {}, more), heard, onVote: (vote: Vote) => void heard.push(vote) };
};

describe('a deep run', () => {
  it('lets the judge vote for the model seats, once all of them have spoken', async () => {
    const slow = waits('slow');
    const court = courtOf((_votes, onStep) => {
      onStep({ ...BUY, agentId: 'bull', name: 'Bull', weight: 0, faultDomain: 'models', latencyMs: 1, step: 'bull', round: 1 });
      return Promise.resolve(BUY);
    });
    const { panel, heard, onVote } = panelWith([model(says('quick', HOLD)), model(slow.analyst), says('rule', HOLD)], { deliberation: court });
    const asked = panel.ask(VIEW, onVote, deep);
    await new Promise(setImmediate);
    expect(court.heard).toEqual([]);
    slow.resolve(BUY);
    const votes = await asked;
    expect(court.heard[0]!.map(({ agentId }) => agentId)).toEqual(['quick', 'slow']);
    expect(votes.map(({ agentId, weight, step }) => [agentId, weight, step])).toEqual([['quick', 0, 'analyst'], ['slow', 0, 'analyst'], ['rule', 1, undefined], ['judge', 2, 'judge']]);
    expect(votes[3]).toMatchObject({ faultDomain: 'models', round: 1, signal: 'BUY' });
    expect(heard.map(({ agentId }) => agentId)).toEqual(['quick', 'rule', 'slow', 'bull', 'judge']);
  });

  it('has no judge where it is fast, or where no model sits', async () => {
    const court = courtOf(() => Promise.resolve(BUY));
    const fast = panelWith([model(says('m', HOLD)), says('rule', HOLD)], { deliberation: court });
    expect((await fast.panel.ask(VIEW, fast.onVote)).map(({ agentId, weight }) => [agentId, weight])).toEqual([['m', 1], ['rule', 1]]);
    const rules = panelWith([says('rule', HOLD)], { deliberation: court });
    expect(await rules.panel.ask(VIEW, rules.onVote, deep)).toHaveLength(1);
    expect(court.heard).toEqual([]);
  });

  it('lets the judge abstain where the argument fails', async () => {
    const court = courtOf(() => Promise.reject(new Error('no court today')));
    const { panel, onVote } = panelWith([model(says('m', HOLD))], { deliberation: court });
    expect((await panel.ask(VIEW, onVote, deep))[1]).toMatchObject({ agentId: 'judge', signal: 'ABSTAIN', reason: 'FAILED' });
  });
});

describe('who reads text from outside', () => {
  it('falls into one fault domain with all others that do', async () => {
    const { panel, onVote } = panelOf([says('a', { ...BUY, untrusted: true, cites: ['n1'] }), says('b', { ...HOLD, untrusted: true }), says('c', HOLD)]);
    const votes = await panel.ask(VIEW, onVote);
    expect(votes.map(({ faultDomain }) => faultDomain)).toEqual([UNTRUSTED_DOMAIN, UNTRUSTED_DOMAIN, 'test:c']);
    expect(votes[0]!.cites).toEqual(['n1']);
  });
});

describe('seats that come and go', () => {
  it('are asked while they are there', async () => {
    let present: Analyst[] = [];
    const { panel, onVote } = panelWith([says('rule', HOLD)], { remote: () => present });
    expect(await panel.ask(VIEW, onVote)).toHaveLength(1);
    present = [says('guest', BUY)];
    expect((await panel.ask(VIEW, onVote)).map(({ agentId }) => agentId)).toEqual(['rule', 'guest']);
    expect(panel.counts().map(({ id, asked }) => [id, asked])).toEqual([['rule', 2], ['guest', 1]]);
  });
});

describe('an early stop', () => {
  it('does not wait for those who cannot change the action, aborts them and says that they were cancelled', async () => {
    const hangs = waits('hangs');
    const { panel, heard, onVote } = panelWith([says('a', BUY), hangs.analyst], { isSettled: (votes, outstanding) => votes.length === 1 && outstanding[0]!.id === 'hangs' });
    const votes = await panel.ask(VIEW, onVote);
    expect(votes[1]).toMatchObject({ agentId: 'hangs', signal: 'ABSTAIN', reason: 'CANCELLED' });
    expect(hangs.signal().reason).toBeInstanceOf(Cancelled);
    expect(heard).toHaveLength(2);
  });

  it('waits where news could put a model into another domain in which it matters', async () => {
    const hangs = waits('hangs');
    const isSettled: PanelMore['isSettled'] = (_votes, outstanding) => outstanding.every(({ faultDomain }) => faultDomain !== UNTRUSTED_DOMAIN);
    const { panel, onVote } = panelWith([says('a', BUY), model(hangs.analyst)], { isSettled });
    const news = [{ id: 'n', title: 't', summary: '', source: 's', url: null, publishedAt: 0, symbols: [] }];
    const asked = panel.ask(viewOf({ news }), onVote);
    await new Promise(setImmediate);
    hangs.resolve(HOLD);
    expect((await asked)[1]).toMatchObject({ signal: 'HOLD' });
  });
});
