import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startChatServer, type ChatAnswer, type ChatServer } from '../../../test/support/chat-server.mjs';
import { MemoryBudget, MemoryCallLog } from '../../../test/support/memory-journal.js';
import { until } from '../../../test/support/until.js';
import { viewOf } from '../../../test/support/views.js';
import type { ModelSeatConfig, ProviderConfig } from '../../config/config.js';
import type { Opinion } from '../../model/opinion.js';
import { Cancelled } from '../cancelled.js';
import { ModelAnalyst } from './model-analyst.js';
import { ModelCaller } from './model-caller.js';
import { OpenAiEndpoint } from './model-endpoint.openai.js';
import { Provider } from './provider.js';

const CANARY = 'sk-canary-0123456789abcdef';
const VIEW = viewOf();
const DOLLAR = 1e9;

let server: ChatServer;
let log: MemoryCallLog;
let budget: MemoryBudget;
let breakers: string[];
let caller: ModelCaller;

const seat = (over: Partial<ModelSeatConfig> = {}): ModelSeatConfig => ({
  id: 'seat', name: 'Seat', kind: 'model', role: 'technical', weight: 1, provider: 'test', model: 'test-model', family: 'test',
  temperature: 0.2, seed: 7, maxTokens: 500, deadlineMs: 30_000, prompt: { path: 'config/prompts/test.md', text: 'You read charts.' }, ...over,
});

function build(over: Partial<ProviderConfig> = {}, storedFirst = false): void {
  const provider: ProviderConfig = { name: 'test', baseUrl: server.url, apiKey: CANARY, callsInFlight: 4, breakerMs: 40, ...over };
  caller = new ModelCaller({
    providers: new Map([['test', new Provider(provider, new OpenAiEndpoint(provider, () => performance.now()), (name, open) => breakers.push(`${name} ${open ? 'open' : 'closed'}`))]]),
    prices: new Map([['*', { input: 1, output: 1 }]]), books: { budget, log }, storedFirst,
    clock: () => performance.now(), wallClock: () => Date.now(), random: () => 0, onFault: (error) => { throw error; },
  });
}

const ask = (over: Partial<ModelSeatConfig> = {}, signal = new AbortController().signal): Promise<Opinion> => {
  const config = seat(over);
  return Promise.resolve(new ModelAnalyst(config, caller).opine(VIEW, signal, { runId: 'r', depth: 'fast', requester: 'me', deadline: performance.now() + config.deadlineMs }));
};

beforeEach(async () => {
  server = await startChatServer();
  log = new MemoryCallLog();
  budget = new MemoryBudget(100 * DOLLAR);
  breakers = [];
  build();
});
afterEach(async () => {
  await server.close();
  expect(JSON.stringify(log.calls)).not.toContain(CANARY);
});

const outcomes = (): string[] => log.calls.map(({ answer }) => answer.outcome);
const GOOD = { signal: 'BUY', confidence: 0.8, reasoning: ['The structure broke upwards.'] };

describe('a model that answers as it was asked', () => {
  it('gives its opinion, and the log has what was asked and said, with tokens and dollars', async () => {
    expect(await ask()).toEqual(GOOD);
    const [call] = log.calls;
    expect(call).toMatchObject({
      place: { runId: 'r', symbol: 'TEST', agentId: 'seat', step: 'analyst', round: 0, requester: 'me', asOf: VIEW.asOf },
      attempt: 1, opinion: GOOD, answer: { outcome: 'OK', modelReturned: 'test-model-2026-01-01', error: null },
      request: { endpoint: 'test', model: 'test-model', mode: 'schema', temperature: 0.2, seed: 7, maxTokens: 500 },
    });
    const { promptTokens, completionTokens } = call!.answer;
    expect(call!.nanoUsd).toBe((promptTokens! + completionTokens!) * 1000);
    expect(budget.booked).toBe(call!.nanoUsd);
    expect(server.requests[0]!.headers['authorization']).toBe(`Bearer ${CANARY}`);
  });

  it('cites only what was put before it', async () => {
    server.answer = () => ({ opinion: { cites: ['made up', 's1'] } });
    const view = viewOf({ similar: [{ signalId: 's1', symbol: 'X', asOf: 1, action: 'BUY', distance: 0.1, outcomeReturn: 0.01, outcome: 'UP' }] });
    const opinion = await new ModelAnalyst(seat(), caller).opine(view, new AbortController().signal, { runId: 'r', depth: 'fast', requester: 'me', deadline: performance.now() + 5000 });
    expect(opinion).toMatchObject({ cites: ['s1'] });
    expect(server.requests[0]!.body.messages[1]!.content).toContain('"id":"s1"');
  });

  it('has so many calls in flight and no more', async () => {
    build({ callsInFlight: 2 });
    server.answer = () => ({ delayMs: 20 });
    await Promise.all(Array.from({ length: 8 }, () => ask()));
    expect(server.mostInFlight).toBe(2);
  });
});

describe('a reply that is not what was asked for', () => {
  it.each<[string, ChatAnswer]>([
    ['prose around the JSON', { text: `Sure! Here is it:\n\`\`\`json\n${JSON.stringify({ ...GOOD, cites: [] })}\n\`\`\`\nGood luck {with} it.` }],
    ['fields that were left out and may be', { text: JSON.stringify(GOOD) }],
  ])('is understood: %s', async (_name, answer) => {
    server.answer = () => answer;
    expect(await ask()).toEqual(GOOD);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, ChatAnswer, RegExp]>([
    ['truncated JSON', { text: '{"signal":"BUY","confidence":0.8,"reas', finish: 'length' }, /no complete JSON object/],
    ['another schema', { text: '{"action":"buy","score":7}' }, /signal is missing/],
    ['confidence of 85', { opinion: { confidence: 85 } }, /confidence is 85/],
    ['"strong buy"', { opinion: { signal: 'strong buy' } }, /signal is "strong buy"/],
    ['no reasons', { opinion: { reasoning: [] } }, /reasoning must be/],
    ['a negative target', { opinion: { target_price: -3 } }, /target_price is -3/],
    ['words alone', { text: 'I would buy.' }, /no complete JSON object/],
    ['braces alone', { text: '{'.repeat(100_000) }, /no complete JSON object/],
  ])('is repaired once, by a model that is shown its error: %s', async (_name, bad, flaw) => {
    server.answer = (_asked, nth) => (nth === 1 ? bad : {});
    expect(await ask()).toEqual(GOOD);
    const second = server.requests[1]!.body.messages;
    expect(second.at(-1)).toMatchObject({ role: 'user', content: expect.stringMatching(flaw) });
    expect(second.at(-2)!.role).toBe('assistant');
    expect(log.calls.map(({ answer, opinion }) => [answer.outcome, answer.error, (opinion as Opinion | null)?.signal])).toEqual([['OK', expect.stringMatching(flaw), undefined], ['OK', null, 'BUY']]);
  });

  it('abstains BAD_REPLY where the repair is as bad, and is no HOLD', async () => {
    server.answer = () => ({ opinion: { confidence: 85 } });
    expect(await ask()).toMatchObject({ signal: 'ABSTAIN', reason: 'BAD_REPLY', reasoning: [expect.stringContaining('confidence is 85')] });
    expect(server.requests).toHaveLength(2);
  });

  it('of a megabyte is not read to its end', async () => {
    server.answer = () => ({ text: 'x'.repeat(1024 * 1024) });
    expect(await ask()).toMatchObject({ signal: 'ABSTAIN', reason: 'BAD_REPLY', reasoning: [expect.stringContaining('longer than 256 KiB')] });
    expect(server.requests).toHaveLength(1);
  });

  it('without an end is given up', async () => {
    server.answer = () => ({ endless: true });
    expect(await ask()).toMatchObject({ reason: 'BAD_REPLY' });
    await until(() => server.inFlight === 0, 'the connection is closed');
  });

  it.each<[string, ChatAnswer]>([['refusal', { refusal: 'I cannot help with that.' }], ['content filter', { text: '', finish: 'content_filter' }]])('abstains REFUSED: %s', async (_name, answer) => {
    server.answer = () => answer;
    expect(await ask()).toMatchObject({ signal: 'ABSTAIN', reason: 'REFUSED' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a server that fails', () => {
  it('is asked again after the time that it names', async () => {
    server.answer = (_asked, nth) => (nth === 1 ? { status: 429, headers: { 'retry-after': '0.05' } } : {});
    expect(await ask()).toEqual(GOOD);
    expect(server.requests[1]!.at - server.requests[0]!.at).toBeGreaterThanOrEqual(50);
    expect(outcomes()).toEqual(['RATE_LIMITED', 'OK']);
    expect(log.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(log.calls[0]!.nanoUsd).toBe(0);
  });

  it('is not waited for beyond the deadline', async () => {
    server.answer = () => ({ status: 429, headers: { 'retry-after': '600' } });
    expect(await ask()).toMatchObject({ signal: 'ABSTAIN', reason: 'RATE_LIMITED' });
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, ChatAnswer]>([['500', { status: 500 }], ['connection reset in the middle of the body', { reset: true }]])('abstains UNAVAILABLE after three tries: %s', async (_name, answer) => {
    server.answer = () => answer;
    expect(await ask()).toMatchObject({ signal: 'ABSTAIN', reason: 'UNAVAILABLE' });
    expect(outcomes()).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
  });

  it('is helped over a failure that passes', async () => {
    server.answer = (_asked, nth) => (nth < 3 ? { status: 500 } : {});
    expect(await ask()).toEqual(GOOD);
  });

  it('says nothing in time: TIMEOUT, the connection is closed, the whole reservation stays booked', async () => {
    server.answer = () => ({ hang: true });
    expect(await ask({ deadlineMs: 1000 })).toMatchObject({ signal: 'ABSTAIN', reason: 'TIMEOUT' });
    await until(() => server.inFlight === 0, 'the connection is closed');
    expect(outcomes()).toEqual(['TIMEOUT']);
    expect(log.calls[0]!.nanoUsd).toBeGreaterThan(500_000);
    expect(budget.booked).toBe(log.calls[0]!.nanoUsd);
  });

  it('is cancelled: CANCELLED is in the log', async () => {
    server.answer = () => ({ hang: true });
    const stop = new AbortController();
    const asked = ask({}, stop.signal);
    await until(() => server.inFlight === 1, 'it is asked');
    stop.abort(new Cancelled());
    expect(await asked).toMatchObject({ signal: 'ABSTAIN', reason: 'CANCELLED' });
    expect(outcomes()).toEqual(['CANCELLED']);
  });

  it('that refuses the key says so, without the key', async () => {
    server.answer = () => ({ status: 401, message: `Incorrect API key provided: ${CANARY}` });
    const opinion = await ask();
    expect(opinion).toMatchObject({ reason: 'UNAVAILABLE', reasoning: [expect.stringMatching(/HTTP 401.*\[secret\].*Check the key/)] });
  });

  it('does not say what a reply took: the whole reservation stays booked', async () => {
    server.answer = () => ({ usage: null });
    expect(await ask()).toEqual(GOOD);
    expect(log.calls[0]!.nanoUsd).toBeGreaterThan(500_000);
  });
});

describe('the breaker', () => {
  it('opens after five failures, lets nothing through, and closes with the first success after its time', async () => {
    build({ breakerMs: 1500 });
    server.answer = () => ({ status: 500 });
    await ask();
    await ask();
    expect(server.requests).toHaveLength(5);
    expect(breakers).toEqual(['test open']);
    expect(await ask()).toMatchObject({ reason: 'UNAVAILABLE', reasoning: [expect.stringContaining('left alone for a while')] });
    expect(server.requests).toHaveLength(5);
    expect(log.calls.at(-1)!.answer.error).toContain('left alone');
    server.answer = () => ({});
    await until(async () => (await ask()).signal === 'BUY', 'it is asked again');
    expect(breakers).toEqual(['test open', 'test closed']);
  });
});

describe('five seats that are told to wait at once', () => {
  it('all wait and are answered: the breaker stays closed', async () => {
    server.answer = (_asked, nth) => (nth <= 5 ? { status: 429, headers: { 'retry-after': '0.05' } } : {});
    build({ callsInFlight: 5 });
    expect(await Promise.all(Array.from({ length: 5 }, () => ask()))).toEqual(Array(5).fill(GOOD));
    expect(breakers).toEqual([]);
  });
});

describe('ways to ask for a shape', () => {
  it.each<[string, readonly string[], string]>([
    ['JSON mode', ['json_schema'], 'json'],
    ['words alone', ['json_schema', 'json_object'], 'text'],
  ])('%s, where the server knows no other: found out once and remembered', async (_name, refused, mode) => {
    server.answer = ({ body }) => (body.response_format && refused.includes(body.response_format.type) ? { status: 400, message: `response_format ${body.response_format.type} is not supported` } : {});
    expect(await ask()).toEqual(GOOD);
    expect(await ask()).toEqual(GOOD);
    expect(server.requests).toHaveLength(refused.length + 2);
    expect(log.calls.at(-1)!.request.mode).toBe(mode);
  });
});

describe('recording', () => {
  it('lets an opinion count only once its call is stored', async () => {
    let store: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => { store = resolve; });
    log.append = (call) => { log.calls.push(call); return stored; };
    build({}, true);
    let landed = false;
    const asked = ask().then((opinion) => { landed = true; return opinion; });
    await until(() => log.calls.length === 1, 'the call is to be stored');
    await new Promise(setImmediate);
    expect(landed).toBe(false);
    store();
    expect(await asked).toEqual(GOOD);
  });
});

describe('money', () => {
  it('is booked before the call: over the budget nothing is asked', async () => {
    budget = new MemoryBudget(1000);
    build();
    expect(await ask()).toMatchObject({ signal: 'ABSTAIN', reason: 'OVER_BUDGET', reasoning: [expect.stringMatching(/\$0\.00\d+ are needed and \$0\.000001 of \$0\.000001 a day are left/)] });
    expect(server.requests).toHaveLength(0);
    expect(outcomes()).toEqual(['OVER_BUDGET']);
  });

  it('is never spent beyond the limit, however many ask at once', async () => {
    await ask();
    const most = 12 * 1e6;
    budget = new MemoryBudget(most);
    build({ callsInFlight: 20 });
    let highest = 0;
    server.answer = () => { highest = Math.max(highest, budget.booked); return { delayMs: 5 }; };
    const opinions = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(highest).toBeLessThanOrEqual(most);
    expect(opinions.filter(({ reason }) => reason === 'OVER_BUDGET').length).toBeGreaterThan(0);
    expect(opinions.filter(({ signal }) => signal === 'BUY').length).toBeGreaterThan(0);
    const spent = log.calls.slice(1).reduce((sum, { nanoUsd, answer }) => sum + (answer.outcome === 'OK' ? nanoUsd : 0), 0);
    expect(budget.booked).toBe(spent);
  });
});
