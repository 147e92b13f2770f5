import { describe, expect, it } from '@jest/globals';
import { INJECTIONS } from '../../../test/support/injection-corpus.js';
import { viewOf } from '../../../test/support/views.js';
import type { NewsItem } from '../../model/news-item.js';
import type { Opinion, Vote } from '../../model/opinion.js';
import { debateMessages, seatMessages } from './prompts.js';
import { cut } from './quoted-data.js';
import { opinionForm } from './reply.js';

const item = (text: string, id = 'n1'): NewsItem => ({ id, title: text, summary: text, source: text, url: text, publishedAt: 0, symbols: ['TEST'] });
const vote = (text: string): Vote => ({ agentId: 'news_model', name: 'News', weight: 0, faultDomain: 'x', latencyMs: 1, signal: 'HOLD', confidence: 0.5, reasoning: [text] });
const ROLE = 'You are the news desk.';
const CLEAN = seatMessages(ROLE, viewOf({ news: [item('Nothing happened')] }), true);

/** The blocks of a prompt, by name. */
const blocks = (content: string): Map<string, unknown> =>
  new Map([...content.matchAll(/^<<<DATA (\w+)\n(.*)\nDATA>>>$/gm)].map(([, name, json]) => [name!, JSON.parse(json!) as unknown]));
const lines = (content: string): string[] => content.split('\n').filter((line) => !line.startsWith('['));

it('the corpus has at least forty texts', () => {
  expect(new Set(INJECTIONS).size).toBeGreaterThanOrEqual(40);
});

describe.each(INJECTIONS.map((text) => [text.slice(0, 60), text]))('news that says %j', (_name, text) => {
  it('stays quoted data: the frame around it is what it always is', () => {
    const messages = seatMessages(ROLE, viewOf({ news: [item(text), item('Second', 'n2')] }), true);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toEqual(CLEAN[0]);
    const content = messages[1]!.content;
    expect(content.match(/<<<DATA/g)).toHaveLength(1);
    expect(content.match(/DATA>>>/g)).toHaveLength(1);
    expect(lines(content)).toEqual(lines(CLEAN[1]!.content));
    expect(blocks(content).get('news')).toEqual([
      { id: 'n1', source: cut(text, 60), time: '1970-01-01T00:00:00.000Z', title: cut(text, 300), summary: cut(text, 700) },
      { id: 'n2', source: 'Second', time: '1970-01-01T00:00:00.000Z', title: 'Second', summary: 'Second' },
    ]);
  });

  it('cannot leave the quotation either when a model repeats it to those who argue', () => {
    const messages = debateMessages(ROLE, viewOf(), [vote(text)], [{ ...vote(text), agentId: 'bull', round: 1 }], 'Judge.');
    const content = messages[1]!.content;
    expect(content.match(/DATA>>>/g)).toHaveLength(2);
    expect([...blocks(content).keys()]).toEqual(['opinions', 'argument']);
    expect(content.endsWith('\n\nJudge.')).toBe(true);
  });

  it('repeated in an opinion changes nothing about how that is read', () => {
    const honest = { signal: 'SELL', confidence: 0.4, reasoning: [text, 'The price fell.'], target_price: null, stop_loss: null, cites: ['forged', 'n1'] };
    const read = opinionForm(new Set(['n1'])).read(JSON.stringify(honest));
    expect(read).toMatchObject({ value: { signal: 'SELL', confidence: 0.4, cites: ['n1'] } });
    const { reasoning } = (read as { value: Opinion }).value;
    expect(reasoning.length).toBeLessThanOrEqual(2);
     
    for (const sentence of reasoning) expect(sentence).not.toMatch(/[\u0000-\u001f\u2028\u2029]/);
  });
});
