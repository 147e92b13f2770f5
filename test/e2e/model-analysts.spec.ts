import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startChatServer, type AskedChat, type ChatAnswer, type ChatServer } from '../support/chat-server.mjs';
import { RawClient } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

const CANARY = 'sk-canary-7f3d9b52c1';
let chat: ChatServer;
let server: TestServer;
beforeEach(async () => { chat = await startChatServer(); });
afterEach(() => chat.close());
afterAll(cleanUp);

const begin = async (env: Record<string, string> = {}): Promise<RawClient> => {
  server = await startServer({ OPENAI_BASE_URL: chat.url, OPENAI_API_KEY: CANARY, OPENAI_MODEL: 'test-model', ANALYZE_PER_MINUTE: '1000', ...env });
  const client = await RawClient.open(`${server.ws}/ws/signals`);
  await client.find(({ type }) => type === 'welcome');
  return client;
};
// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const get = async (path: string): Promise<any> => (await fetch(server.url + path)).json();
const post = (path: string): Promise<Response> => fetch(server.url + path, { method: 'POST' });
const analyze = async (client: RawClient, fields: Record<string, unknown>): Promise<{ runId: string; signal: Promise<Record<string, never>> }> => {
  const { data } = await client.ask('analyze', fields);
  const runId = (data as { run_id: string }).run_id;
  return { runId, signal: client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === runId).then((frame) => frame.data as Record<string, never>) };
};
const votes = (client: RawClient, runId: string): { agent_id: string; signal: string; reason?: string; step?: string; round?: number }[] =>
  client.frames.filter((frame) => frame.type === 'agent_update' && frame.data.run_id === runId).map((frame) => frame.data as never);

/** Holds each request until the test lets its seat's go. */
function held(seatOf: (asked: AskedChat) => string) {
  const waiting = new Map<string, (answer: ChatAnswer) => void>();
  chat.answer = (asked) => new Promise((resolve) => waiting.set(seatOf(asked), resolve));
  return { asked: (...seats: string[]) => until(() => seats.every((seat) => waiting.has(seat)), `${seats.join(', ')} are asked`), release: (seat: string, answer: ChatAnswer = {}) => waiting.get(seat)!(answer) };
}
const role = ({ body }: AskedChat): string => /chart|worth|risk seat|argue for (higher|lower)|judge of a debate/.exec(body.messages[0]!.content)![0];
const [TECHNICAL, FUNDAMENTAL, RISK, BULL, BEAR, JUDGE] = ['chart', 'worth', 'risk seat', 'argue for higher', 'argue for lower', 'judge of a debate'] as const;

describe('model seats', () => {
  it('vote beside the rules, and each vote goes out when its call ends', async () => {
    const client = await begin();
    const calls = held(role);
    const { runId, signal } = await analyze(client, { symbol: 'AAPL' });
    await calls.asked(TECHNICAL, FUNDAMENTAL, RISK);
    await client.until(() => votes(client, runId).length === 12, 'the ten rules, and two seats without news');
    expect(votes(client, runId).filter(({ reason }) => reason === 'NO_DATA').map(({ agent_id: id }) => id).sort()).toEqual(['news_model', 'sentiment_model']);
    for (const [seat, id] of [[RISK, 'risk_model'], [TECHNICAL, 'technical_model'], [FUNDAMENTAL, 'fundamental_model']] as const) {
      const before = votes(client, runId).length;
      calls.release(seat);
      await client.until(() => votes(client, runId).length === before + 1, `the vote of ${id}`);
      expect(votes(client, runId).at(-1)!.agent_id).toBe(id);
    }
    const { agents_consensus: consensus } = await signal as unknown as { agents_consensus: { total_agents: number; agent_details: Record<string, { fault_domain: string }> } };
    expect(consensus.total_agents).toBe(15);
    expect(consensus.agent_details['technical_model']!.fault_domain).toBe('model:test');
    const { items } = await get(`/api/ai-logs?run_id=${runId}`);
    expect(items.map((item: { agent: string; outcome: string; usd: number }) => [item.agent, item.outcome, item.usd > 0])).toEqual(
      expect.arrayContaining([['technical_model', 'OK', true], ['fundamental_model', 'OK', true], ['risk_model', 'OK', true]]));
    expect((await get('/api/costs')).today.day.spent).toBeGreaterThan(0);
    client.close();
  });

  it('argue in a deep run: bull and bear, then the judge, who votes for all of them', async () => {
    const client = await begin();
    const calls = held(role);
    const { runId, signal } = await analyze(client, { symbol: 'AAPL', depth: 'deep' });
    await calls.asked(TECHNICAL, FUNDAMENTAL, RISK);
    for (const seat of [TECHNICAL, FUNDAMENTAL, RISK]) calls.release(seat);
    await calls.asked(BULL, BEAR);
    calls.release(BEAR, { opinion: { signal: 'SELL' } });
    await client.until(() => votes(client, runId).some(({ step }) => step === 'bear'), 'the bear');
    expect(votes(client, runId).some(({ step }) => step === 'bull')).toBe(false);
    calls.release(BULL);
    await calls.asked(JUDGE);
    calls.release(JUDGE, { opinion: { signal: 'SELL', confidence: 0.9 } });
    const { agents_consensus: consensus } = await signal as unknown as { agents_consensus: { agent_details: Record<string, { signal: string; weight: number; fault_domain: string }> } };
    expect(consensus.agent_details['judge']).toMatchObject({ signal: 'SELL', fault_domain: 'models' });
    expect(consensus.agent_details['judge']!.weight).toBeGreaterThan(0);
    expect(consensus.agent_details['technical_model']!.weight).toBe(0);
    expect(votes(client, runId).filter(({ step }) => step !== undefined && step !== 'analyst').map(({ agent_id: id, step, round }) => [id, step, round]))
      .toEqual([['bear', 'bear', 1], ['bull', 'bull', 1], ['judge', 'judge', 1]]);
    client.close();
  });

  it('are empty without a key and an address: the rules vote alone, and the reason is said', async () => {
    server = await startServer();
    const { items } = await get('/api/analysts');
    const empty = items.filter(({ state, kind }: { state: string; kind: string }) => state === 'empty' && kind === 'model');
    expect(empty.map(({ agent_id: id, kind }: { agent_id: string; kind: string }) => [id, kind])).toEqual(
      ['technical_model', 'sentiment_model', 'fundamental_model', 'news_model', 'risk_model'].map((id) => [id, 'model']));
    expect(empty[0].why).toBe('OPENAI_API_KEY and OPENAI_BASE_URL are not set');
    expect(server.output()).toMatch(/empty\s+seats of technical_model, .*: OPENAI_API_KEY and OPENAI_BASE_URL are not set/);
    expect((await get('/api/ai-logs')).items).toEqual([]);
  });

  it('cost nothing beyond the budget', async () => {
    const client = await begin({ LLM_DAILY_BUDGET_USD: '0' });
    const { runId, signal } = await analyze(client, { symbol: 'AAPL' });
    await signal;
    expect(votes(client, runId).filter(({ agent_id: id }) => /^(technical|fundamental|risk)_model$/.test(id)).map(({ reason }) => reason)).toEqual(Array(3).fill('OVER_BUDGET'));
    expect(chat.requests).toEqual([]);
    client.close();
  });
});

describe('runs that are built again', () => {
  it('give the same opinions, verdict and hash from the log, with the models gone: a hundred of them', async () => {
    let nth = 0;
    chat.answer = () => {
      nth += 1;
      if (nth % 17 === 0) return { status: 500 };
      if (nth % 13 === 0) return { text: 'no opinion today' };
      return { opinion: { signal: (['BUY', 'SELL', 'HOLD'] as const)[nth % 3], confidence: (nth % 11) / 10, reasoning: [`call ${nth}`] } };
    };
    const client = await begin({ LLM_DAILY_BUDGET_USD: '100' });
    const symbols = ['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY'];
    const runs: string[] = [];
    while (runs.length < 100) {
      const asked = await Promise.all(symbols.map((symbol) => analyze(client, { symbol, depth: runs.length % 20 === 0 ? 'deep' : 'fast' })));
      await Promise.all(asked.map(({ signal }) => signal));
      runs.push(...asked.map(({ runId }) => runId));
    }
    const asked = chat.requests.length;
    await chat.close();
    const results = await Promise.all([...new Set(runs)].map(async (runId) => (await post(`/api/runs/${runId}/rerun`)).json() as Promise<{ same: boolean; differing: string[]; hash: string; recorded_hash: string }>));
    expect(results.filter(({ same }) => !same)).toEqual([]);
    expect(results).toHaveLength(100);
    expect(results.every(({ hash, recorded_hash: recorded }) => hash === recorded)).toBe(true);
    expect(chat.requests.length).toBe(asked);
    chat = await startChatServer();
    client.close();
  });
});

describe('the key', () => {
  it('appears in no log, export, error, status or page', async () => {
    let nth = 0;
    chat.answer = ({ headers }) => {
      nth += 1;
      const key = String(headers['authorization']);
      if (nth % 4 === 1) return { status: 401, message: `Incorrect API key provided: ${key}` };
      if (nth % 4 === 2) return { text: `The key is ${CANARY}` };
      if (nth % 4 === 3) return { refusal: `I know ${CANARY}` };
      return { opinion: { reasoning: [`My key is ${CANARY}, buy.`] } };
    };
    const client = await begin({ LOG_LEVEL: 'trace' });
    const { signal } = await analyze(client, { symbol: 'AAPL' });
    await signal;
    const { signal: deep, runId } = await analyze(client, { symbol: 'AAPL', depth: 'deep' });
    await deep;
    const signals = await get('/api/signals');
    const paths = [
      '/api/ai-logs', '/api/ai-logs/export/json', '/api/ai-logs/export/csv', '/api/costs', '/api/analysts', '/api/signals', `/api/signals/${signals.items[0].signal_id}`,
      `/api/runs/${runId}/inputs`, '/ws/status', '/metrics', '/docs-json', '/docs/async', '/api/rooms/symbol:AAPL/messages', '/live', '/ready',
    ];
    for (const path of paths) {
      const answer = await fetch(server.url + path);
      expect([path, (await answer.text()).includes(CANARY)]).toEqual([path, false]);
    }
    expect(await (await post(`/api/runs/${runId}/rerun`)).text()).not.toContain(CANARY);
    expect(JSON.stringify(client.frames)).not.toContain(CANARY);
    await server.stop();
    expect(server.output()).not.toContain(CANARY);
    client.close();
  });
});
