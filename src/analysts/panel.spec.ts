import { describe, expect, it } from '@jest/globals';
import type { Opinion, Vote } from '../model/opinion.js';
import { viewOf } from '../../test/support/views.js';
import type { Analyst } from './analyst.js';
import { Panel } from './panel.js';

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
    expect(panel.statistics()[0]!.asked).toBe(0);
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
    expect(panel.statistics()[0]!.latency).toBeNull();
    for (let run = 0; run < 4; run++) await panel.ask(VIEW, onVote);
    expect(panel.statistics()).toMatchObject([
      { id: 'a', asked: 4, votes: { BUY: 1, SELL: 0, HOLD: 2 }, abstained: { NO_SETUP: 1, TIMEOUT: 0 }, latency: { mean: 1, median: 1 } },
    ]);
  });

  it('shows its seats, and refuses two of the same name', () => {
    expect(panelOf([says('a', BUY)]).panel.seats).toEqual([{ id: 'a', name: 'A', faultDomain: 'test:a', weight: 1, warmUp: 0, source: 'this spec' }]);
    expect(() => panelOf([says('a', BUY), says('a', HOLD)])).toThrow("Two analysts are called 'a'");
  });
});
