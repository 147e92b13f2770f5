import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { agentConfig, agentWorld, BEGIN, BTC, rising, type AgentWorld } from '../../../test/support/agent-world.js';
import { startChatServer, type ChatAnswer, type ChatServer } from '../../../test/support/chat-server.mjs';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { INJECTIONS } from '../../../test/support/injection-corpus.js';
import { MemoryBudget, MemoryCallLog } from '../../../test/support/memory-journal.js';
import { MemoryTrading } from '../../../test/support/memory-trading.js';
import { until } from '../../../test/support/until.js';
import { ModelCaller } from '../../analysts/llm/model-caller.js';
import { OpenAiEndpoint } from '../../analysts/llm/model-endpoint.openai.js';
import { Provider } from '../../analysts/llm/provider.js';
import type { ModelCallConfig, ProviderConfig } from '../../config/config.js';
import { agentMessages } from './agent-prompt.js';
import { ModelDecider } from './model-decider.js';

const ETH = 'ETHUSDT';
const CALL: ModelCallConfig = {
  provider: 'test', model: 'deep-mind-7', family: 'test', temperature: 0, seed: 1, maxTokens: 500, deadlineMs: 3000, prompt: { path: 'config/prompts/agent.md', text: 'You trade one account.' },
};
const LONG = { symbol: BTC, action: 'open_long', share: 0.3, leverage: 20, target_price: 900, stop_loss: 50, confidence: 0.72, reason: 'A higher low at 113.' };
const WAIT = { symbol: ETH, action: 'wait', share: 0, leverage: 1, target_price: null, stop_loss: null, confidence: 0.5, reason: 'No setup.' };
const said = (...decisions: readonly unknown[]): ChatAnswer => ({ text: JSON.stringify({ reasoning: 'Momentum is up.', decisions }) });

let server: ChatServer;
let db: FreshDatabase;
let log: MemoryCallLog;
let budget: MemoryBudget;
let world: AgentWorld;

async function build(call: Partial<ModelCallConfig> = {}): Promise<void> {
  const provider: ProviderConfig = { name: 'test', baseUrl: server.url, apiKey: 'none', callsInFlight: 4, breakerMs: 60_000 };
  const caller = new ModelCaller({
    providers: new Map([['test', new Provider(provider, new OpenAiEndpoint(provider, () => performance.now()))]]), prices: new Map([['*', { input: 1, output: 1 }]]),
    books: { budget, log }, storedFirst: false, clock: () => performance.now(), wallClock: () => Date.now(), random: () => 0, onFault: (error) => { throw error; },
  });
  const config = agentConfig({ id: 'mind', symbols: [BTC, ETH], model: { ...CALL, ...call } });
  world = await agentWorld(db, [config], { symbols: [BTC, ETH], deciderOf: ({ model }) => new ModelDecider(model!, caller) });
}

beforeEach(async () => {
  [server, db] = await Promise.all([startChatServer(), freshSqlite()]);
  [log, budget] = [new MemoryCallLog(), new MemoryBudget(1e12)];
  server.answer = () => said(LONG, WAIT);
  await build();
});
afterEach(async () => {
  await world.agents.stop(0);
  await Promise.all([server.close(), db.drop()]);
  expect(world.errors).toEqual([]);
});
const asked = (nth = 0): string => server.requests[nth]!.body.messages[1]!.content;

describe('an agent that a model decides for', () => {
  it('asks once a cycle, and trades what it answers within the agent\'s bounds', async () => {
    await world.run(0, rising(31));
    expect(server.requests).toHaveLength(1);
    expect(world.trading.proposals).toMatchObject([{ symbol: BTC, leverage: 3, confidence: 0.72, want: { kind: 'open', side: 'long', size: { kind: 'share', share: 0.3 } }, reason: 'A higher low at 113.' }]);
    const [decision] = await world.said('decision');
    expect(decision).toMatchObject({
      ai_reasoning: 'deep-mind-7: Momentum is up.', decisions: [{ action: 'open_long', symbol: BTC, leverage: 3, target_price: 900, stop_loss: 50 }, { action: 'wait', symbol: ETH, quantity: 0, reason: 'No setup.' }],
    });
    expect(await world.agents.state('mind')).toMatchObject({ decidedBy: 'deep-mind-7', error: null });
  });

  it('shows it candles, indicators, the account and positions, and keeps the call in the log', async () => {
    await world.run(0, rising(34));
    expect(asked()).toContain(`Market time ${new Date(BEGIN + 30 * 60_000).toISOString()}`);
    expect(asked().match(/^2026-01-05T00:\d\d:00\.000Z [\d.]+ [\d.]+ [\d.]+ [\d.]+ 10$/gm)).toHaveLength(60);
    expect(asked()).toMatch(/"rsi14":\d+/);
    expect(asked(1)).toMatch(/Open positions: \[\{"symbol":"BTCUSDT","side":"long","position_amt":/);
    expect(server.requests[0]!.body['response_format']).toMatchObject({ type: 'json_schema', json_schema: { name: 'trading_decisions', strict: true } });
    expect(log.calls[0]).toMatchObject({
      place: { runId: 'agent:mind:1', agentId: 'mind', step: 'agent', symbol: `${BTC},${ETH}`, requester: 'agent:mind', asOf: BEGIN + 30 * 60_000 }, opinion: { decisions: [{ action: 'open_long' }, { action: 'wait' }] },
    });
    expect(budget.booked).toBeGreaterThan(0);
  });

  it.each<[string, unknown, RegExp]>([
    ['a symbol of its own', { ...LONG, symbol: 'DOGE' }, /symbol is "DOGE": it must be one of BTCUSDT, ETHUSDT/], ['an action of its own', { ...LONG, action: 'BUY' }, /action is "BUY"/],
    ['a share of 30', { ...LONG, share: 30 }, /share is 30/], ['no share', { ...LONG, share: 0 }, /share is 0/], ['leverage 0', { ...LONG, leverage: 0 }, /leverage is 0/],
    ['a confidence of 72', { ...LONG, confidence: 72 }, /confidence is 72/], ['a stop below zero', { ...LONG, stop_loss: -1 }, /stop_loss is -1/], ['words', 'buy', /a decision is "buy"/],
  ])('asks it to repair %s, once', async (_name, bad, flaw) => {
    server.answer = (_asked, nth) => (nth === 1 ? said(bad) : said(LONG, WAIT));
    await world.run(0, rising(30));
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]!.body.messages.at(-1)!.content).toMatch(flaw);
    expect(world.trading.proposals).toHaveLength(1);
  });

  it('takes other spellings of a symbol, but not two decisions on one', async () => {
    server.answer = (_asked, nth) => (nth === 1 ? said(LONG, { ...LONG, symbol: 'btc/usdt' }) : said({ ...LONG, symbol: 'btc-usdt' }));
    await world.run(0, rising(30));
    expect(server.requests[1]!.body.messages.at(-1)!.content).toMatch(/two decisions/);
    expect((await world.said('decision'))[0]!['decisions']).toMatchObject([{ symbol: BTC, action: 'open_long' }, { symbol: ETH, action: 'wait', reason: 'the model said nothing about it' }]);
  });
});

describe('a model that fails', () => {
  it.each<[string, ChatAnswer, RegExp]>([
    ['garbage', { text: 'I would buy everything' }, /BAD_REPLY: deep-mind-7: there is no complete JSON object in it, also after/], ['errors', { status: 500, message: 'made \0 to fail' }, /UNAVAILABLE: deep-mind-7: HTTP 500: .*made +to fail/],
    ['a refusal', { refusal: 'No.' }, /REFUSED/], ['silence', { hang: true }, /TIMEOUT: deep-mind-7: No reply in time/],
  ])('by %s: the cycle waits and says so, the account is left alone, the next cycle comes', async (_name, answer, words) => {
    await world.agents.stop(0);
    await build({ deadlineMs: 'hang' in answer ? 1500 : 30_000 });
    server.answer = (_asked, nth) => (nth === 1 ? said(LONG, WAIT) : answer);
    await world.run(0, rising(33));
    const [, failed] = await world.said('decision');
    expect(failed).toMatchObject({ cycle: 2, ai_reasoning: expect.stringMatching(words), decisions: [{ action: 'wait', symbol: BTC, reason: expect.stringMatching(words) }, { action: 'wait', symbol: ETH }] });
    expect((await world.said('agent_status')).at(-1)).toMatchObject({ is_running: true, cycle_count: 2, error: expect.stringMatching(words) });
    expect(world.trading.proposals).toHaveLength(1);
    expect(world.trading.account('mind').positions).toHaveLength(1);
    server.answer = () => said({ ...WAIT, symbol: BTC });
    await world.agents.stop(0);
    await build();
    await world.run(0, rising(37));
    expect((await world.said('agent_status')).at(-1)).not.toHaveProperty('error');
  });

  it('for want of money says so', async () => {
    budget = new MemoryBudget(10);
    await world.agents.stop(0);
    await build();
    await world.run(0, rising(30));
    expect((await world.said('decision'))[0]).toMatchObject({ ai_reasoning: expect.stringMatching(/OVER_BUDGET/) });
    expect(server.requests).toHaveLength(0);
  });

  it('to answer before the server stops is given up, and the cycle is told as one that decided nothing', async () => {
    server.answer = () => ({ hang: true });
    const running = world.run(0, rising(30));
    await until(() => server.requests.length === 1, 'it is asked');
    await world.agents.stop(0);
    await running;
    expect(world.trading.proposals).toEqual([]);
    expect(await world.said('decision')).toMatchObject([{ decisions: [{ action: 'wait' }, { action: 'wait' }] }]);
  });
});

it.each(['lessons', 'the panel'] as const)('text from others stays a quotation: %s', (from) => {
  const trading = new MemoryTrading();
  trading.open('mind');
  for (const text of INJECTIONS) {
    const lesson = { symbol: BTC, at: 0, outcomeReturn: 0, thought: text, happened: text, change: text };
    const signal = { action: 'BUY', confidence: 0.7, strength: text, price: 100, at: 0, reasoning: [text, text], dissent: [text] } as const;
    const [system, user] = agentMessages('You trade.', {
      agent: agentConfig(), cycle: 1, asOf: 0, account: trading.account('mind'), before: {}, lessons: from === 'lessons' ? [lesson, lesson] : [],
      symbols: [{ instrument: instrumentOf(BTC), interval: '1h', source: 'x', price: 100, candles: [], indicators: null, structure: null, signal: from === 'the panel' ? signal : null }],
    });
    expect(system).toEqual(agentMessages('You trade.', { agent: agentConfig(), cycle: 2, asOf: 1, account: trading.account('mind'), before: {}, lessons: [], symbols: [] })[0]);
    expect(user!.content.match(/<<<DATA/g)).toHaveLength(1);
    expect(user!.content.match(/DATA>>>/g)).toHaveLength(1);
    expect(user!.content.split('\n').filter((line) => line.startsWith('DATA>>>'))).toHaveLength(1);
    expect(user!.content.endsWith('\n\nYour decisions?')).toBe(true);
  }
});

it('lessons of its account are put before it, newest first, none of the future', async () => {
  const lesson = (id: string, at: number, account = 'mind') => ({
    reflection_id: id, account_id: account, agent_id: account, symbol: BTC, trade_id: id, source: 'template', thought: `thought ${id}`, happened: '', change: '', outcome_return: -0.01, at,
  });
  await db.kysely.insertInto('reflections').values([...[1, 2, 3, 4, 5, 6].map((at) => lesson(`l${at}`, BEGIN + at)), lesson('later', BEGIN + 1e9), lesson('foreign', BEGIN, 'other')]).execute();
  await world.run(0, rising(30));
  expect([...asked().matchAll(/thought (\w+)/g)].map(([, id]) => id)).toEqual(['l6', 'l5', 'l4', 'l3', 'l2']);
});
