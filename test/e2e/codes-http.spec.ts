import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerOf, posted, refusedUpgrade } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';

/** Also what is refused counts here. */
const PER_MINUTE = 8;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ SYMBOLS: 'AAPL,BTC/USD', ANALYZE_PER_MINUTE: String(PER_MINUTE), SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1' });
});
afterAll(cleanUp);

const problem = (status: number, code: string) => ({
  status,
  type: expect.stringMatching(/^application\/problem\+json/),
  body: { type: expect.stringMatching(/./), title: expect.stringMatching(/./), status, detail: expect.stringMatching(/./), code },
});

const OPINION = { agent_id: 'a', signal: 'BUY', confidence: 0.9 };

describe('HTTP says in problem+json', () => {
  it.each<[string, string, RequestInit, number, string]>([
    ['a body that is not JSON', '/api/analyze', posted('{"symbol":'), 400, 'BAD_JSON'],
    ['a field that is wrong', '/api/analyze', posted({ symbol: 5 }), 400, 'VALIDATION_ERROR'],
    ['no body at all', '/api/analyze', { method: 'POST' }, 400, 'VALIDATION_ERROR'],
    ['a query that is wrong', '/api/signals?limit=501', {}, 400, 'VALIDATION_ERROR'],
    ...['signals', 'ai-logs', 'ai-logs/export/csv', 'costs', 'rooms/symbol:AAPL/messages'].flatMap((path): [string, string, RequestInit, number, string][] =>
      ['2026-W47', '20261121T150000Z', '2026-11-21T15:00:00', '2026-02-30'].map((from) => [`${path} from ${from}`, `/api/${path}?from=${from}`, {}, 400, 'VALIDATION_ERROR'])),
    ...['/api/signals/%00', '/api/orders?account=%00', '/api/ai-logs?agent=%00', '/api/events?source=%00', '/api/groups/a%00b', '/api/runs/%00/inputs', '/api/approvals/%00', '/api/roles/%00']
      .map((path): [string, string, RequestInit, number, string] => [`a NUL in ${path}`, path, {}, 400, 'VALIDATION_ERROR']),
    ['a NUL in a body', '/api/trading/state', posted({ state: 'ACTIVE', reason: 'a\0b' }), 400, 'VALIDATION_ERROR'],
    ['a NUL deep in a body', '/api/groups', posted({ name: 'a', symbol: 'AAPL', members: [{ name: 'm', role: 'group_leader', system_prompt: 'a\0b' }] }), 400, 'VALIDATION_ERROR'],
    ['a symbol that no feed knows', '/api/analyze', posted({ symbol: 'NOPE' }), 404, 'UNKNOWN_SYMBOL'],
    ['candles of such a symbol', '/api/market/candles?symbol=NOPE', {}, 404, 'UNKNOWN_SYMBOL'],
    ['a path that is not there', '/api/nothing', {}, 404, 'NOT_FOUND'],
    ['a signal that is not there', '/api/signals/x', {}, 404, 'NOT_FOUND'],
    ['a WebSocket path without an upgrade', '/ws/signals', {}, 404, 'NOT_FOUND'],
    ['too large a body', '/api/consensus/preview', posted({ opinions: [], x: 'x'.repeat(64 * 1024) }), 413, 'FRAME_TOO_LARGE'],
    ['too few voters', '/api/consensus/preview', posted({ opinions: [OPINION, { ...OPINION, agent_id: 'b' }] }), 422, 'TOO_FEW_DOMAINS'],
  ])('%s', async (_what, path, init, status, code) => {
    expect(await answerOf(server.url + path, init)).toMatchObject(problem(status, code));
  });

  it('which fields are wrong', async () => {
    const { body } = await answerOf(`${server.url}/api/consensus/preview`, posted({ opinions: [OPINION, { ...OPINION, confidence: 2 }] }));
    expect(body).toMatchObject({ code: 'VALIDATION_ERROR', errors: [{ path: 'opinions[1].confidence', message: expect.stringMatching(/./) }] });
  });

  it('when to ask for an analysis again', async () => {
    const ask = () => answerOf(`${server.url}/api/analyze`, posted({ symbol: 'btcusd' }));
    let answer = await ask();
    expect(answer).toMatchObject({ status: 202, body: { symbol: 'BTC/USD', run_id: expect.any(String) } });
    for (let asked = 0; asked < PER_MINUTE; asked += 1) answer = await ask();
    expect(answer).toMatchObject({ ...problem(429, 'RATE_LIMITED'), body: { retry_after_ms: expect.any(Number) } });
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
    expect(Number(answer.retryAfter)).toBeLessThanOrEqual(60);
  });
});

it.each(['/', '/ws/', '/ws/agents', '/ws/nothing', '/ws/symbols/', '/socket.io', '/streams', '/ws/symbols/%'])('refuses the upgrade of %s with 404', async (path) => {
  expect(await refusedUpgrade(server.ws + path)).toMatchObject(problem(404, 'NOT_FOUND'));
});

it('refuses a polling POST that is too large with 413', async () => {
  const opened = await answerOf(`${server.url}/socket.io/?EIO=4&transport=polling`);
  const { sid } = JSON.parse(String(opened.body).slice(1)) as { sid: string };
  const answer = await answerOf(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: `42["ping",{"x":"${'x'.repeat(64 * 1024)}"}]` });
  expect(answer.status).toBe(413);
});
