import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnalystClient } from '../support/analyst-client.js';
import { RawClient } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { findPython } from '../support/tools.mjs';
import { until } from '../support/until.js';

const ROOT = resolve(import.meta.dirname, '../..');
let server: TestServer;
beforeAll(async () => { server = await startServer({ ANALYZE_PER_MINUTE: '1000', ANALYSIS_DEADLINE_MS: '10000' }); });
afterAll(cleanUp);

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const request = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
  const answer = await fetch(server.url + path, { method, ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) as unknown };
};
const newToken = async (name: string, owner = 'alice', weight = 1): Promise<string> => (await request('POST', '/api/analyst-tokens', { name, owner, weight })).body.token as string;
const analystOf = async (id: string) => (await request('GET', '/api/analysts')).body.items.find((item: { agent_id: string }) => item.agent_id === id);
const analyze = async (symbol: string): Promise<{ runId: string; details: Record<string, { signal: string; fault_domain: string; weight: number; reason?: string }> }> => {
  const client = await RawClient.open(`${server.ws}/ws/signals`);
  const { data } = await client.ask('analyze', { symbol });
  const signal = await client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === data.run_id);
  client.close();
  return { runId: data.run_id as string, details: signal.data.agents_consensus.agent_details as never };
};

describe('a token', () => {
  it('is made, shown once, listed without itself, and revoked', async () => {
    const { status, body } = await request('POST', '/api/analyst-tokens', { name: 'My Analyst 2', owner: 'bob', weight: 0.5 });
    expect([status, body]).toEqual([201, { agent_id: 'my_analyst_2', name: 'My Analyst 2', owner: 'bob', weight: 0.5, fault_domain: 'owner:bob', token: expect.stringMatching(/^ca_[\w-]{43}$/) }]);
    const listed = (await request('GET', '/api/analyst-tokens')).body;
    expect(JSON.stringify(listed)).not.toContain(body.token);
    expect(listed.items).toContainEqual({ agent_id: 'my_analyst_2', name: 'My Analyst 2', owner: 'bob', weight: 0.5, fault_domain: 'owner:bob', created_at: expect.any(String) });
    const analyst = await AnalystClient.connect(server.ws, body.token as string);
    expect((await request('DELETE', '/api/analyst-tokens/my_analyst_2')).status).toBe(204);
    expect(await analyst.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
    expect((await request('DELETE', '/api/analyst-tokens/my_analyst_2')).body.code).toBe('NOT_FOUND');
    expect(await newToken('My Analyst 2')).not.toBe(body.token);
  });

  it.each([
    [{ owner: 'a' }, 'name'], [{ name: 'a' }, 'owner'], [{ name: '', owner: 'a' }, 'name'], [{ name: '!!!', owner: 'a' }, 'name'], [{ name: 'a', owner: 'a', weight: -1 }, 'weight'],
    [{ name: 'a', owner: 'a', weight: 'x' }, 'weight'], [{ name: 'Trend', owner: 'a' }, 'name'], [{ name: 'judge', owner: 'a' }, 'name'], [{ name: 'Technical Model', owner: 'a' }, 'name'],
  ])('is refused for %j, with the field', async (body, path) => {
    const answer = await request('POST', '/api/analyst-tokens', body);
    expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([400, 'VALIDATION_ERROR', path]);
  });

  it('that is missing, wrong or of a name that is taken gets in nowhere', async () => {
    for (const token of [null, 'ca_wrong', '']) expect((await (await AnalystClient.connect(server.ws, token)).end()).code).toBe(1008);
    await newToken('Taken');
    expect((await request('POST', '/api/analyst-tokens', { name: 'taken', owner: 'x' })).body.errors[0].message).toContain('is taken');
  });

  it('used again takes the seat over, and works as a header', async () => {
    const token = await newToken('Twice');
    const first = await AnalystClient.connect(server.ws, token);
    const second = await AnalystClient.connect(server.ws, null, { authorization: `Bearer ${token}` });
    expect(await first.end()).toEqual({ code: 1008, reason: 'REPLACED' });
    expect(second.frames[0]).toMatchObject({ type: 'ack', ok: true, message: 'connected', data: { agent_id: 'twice', name: 'Twice', fault_domain: 'owner:alice' } });
    expect((await analystOf('twice')).state).toBe('seated');
    second.close();
    await until(async () => (await analystOf('twice')).state === 'away', 'it is away');
  });
});

describe('a seated analyst', () => {
  it('is asked with the view of the contract, and its vote counts in its owner’s domain', async () => {
    const analyst = await AnalystClient.connect(server.ws, await newToken('Votes', 'carol'));
    analyst.onRequest = ({ run_id: runId }) => analyst.vote(runId, { signal: 'BUY', confidence: 0.9, target_price: 1e6, stop_loss: 1 });
    const { runId, details } = await analyze('AAPL');
    const asked = analyst.frames.find((frame) => frame.type === 'analysis_request')!.data;
    expect(asked).toMatchObject({ run_id: runId, symbol: 'AAPL', deadline: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(Object.keys(asked.view)).toEqual(['symbol', 'interval', 'as_of', 'source', 'price', 'candles', 'indicators', 'structure', 'news']);
    expect(asked.view.candles).toHaveLength(200);
    expect(asked.view.candles[0]).toHaveLength(6);
    expect(asked.view).toMatchObject({ symbol: 'AAPL', interval: '1m', source: 'simulated', news: [], indicators: { sma20: expect.any(Number), time: expect.any(String) } });
    expect(details['votes']).toMatchObject({ signal: 'BUY', fault_domain: 'owner:carol', weight: expect.any(Number) });
    expect(details['votes']!.weight).toBeGreaterThan(0);
    await analyst.until(() => analyst.frames.some(({ type, data }) => type === 'ack' && data?.status === 'counted'));
    analyst.close();
  });

  it('is out of the vote while it is away', async () => {
    const token = await newToken('Comes and goes');
    expect((await analyze('NVDA')).details).not.toHaveProperty('comes_and_goes');
    const analyst = await AnalystClient.connect(server.ws, token);
    analyst.onRequest = ({ run_id: runId }) => analyst.vote(runId, { signal: 'HOLD', confidence: 0.5 });
    expect((await analyze('NVDA')).details).toHaveProperty('comes_and_goes');
    analyst.close();
    await until(async () => (await analystOf('comes_and_goes')).state === 'away', 'it is away');
    expect((await analyze('NVDA')).details).not.toHaveProperty('comes_and_goes');
  });

  it('that leaves while it is asked abstains at once, and one that says nothing at the deadline', async () => {
    const leaves = await AnalystClient.connect(server.ws, await newToken('Leaves'));
    leaves.onRequest = () => leaves.close();
    const silent = await AnalystClient.connect(server.ws, await newToken('Silent'));
    const { details } = await analyze('MSFT');
    expect(details['leaves']).toMatchObject({ signal: 'ABSTAIN', reason: 'UNAVAILABLE' });
    expect(details['silent']).toMatchObject({ signal: 'ABSTAIN', reason: 'TIMEOUT' });
    expect((await analystOf('silent')).conduct).toMatchObject({ missed: 1, hostile: false });
    silent.close();
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a confidence of 1e9', { signal: 'BUY', confidence: 1e9 }, 'confidence'], ['no confidence', { signal: 'BUY' }, 'confidence'], ['another word', { signal: 'strong buy', confidence: 0.5 }, 'signal'],
    ['nine sentences', { signal: 'BUY', confidence: 0.5, reasoning: Array<string>(9).fill('x') }, 'reasoning'], ['a number for a reason', { signal: 'BUY', confidence: 0.5, reasoning: 7 }, 'reasoning'],
    ['a target below zero', { signal: 'BUY', confidence: 0.5, target_price: -1 }, 'target_price'],
  ])('that sends %s is told what is wrong, and may still vote', async (what, fields, path) => {
    const analyst = await AnalystClient.connect(server.ws, await newToken(`Wrong ${what}`));
    analyst.onRequest = ({ run_id: runId }) => {
      analyst.vote(runId, fields);
      analyst.vote(runId, { signal: 'SELL', confidence: 0.7 });
    };
    const { details } = await analyze('TSLA');
    expect(Object.values(details).find(({ fault_domain: domain, signal }) => domain === 'owner:alice' && signal === 'SELL')).toBeDefined();
    await analyst.until(() => analyst.frames.some(({ type }) => type === 'error')); // comes by another connection than the signal
    expect(analyst.frames.find(({ type }) => type === 'error')!.data).toMatchObject({ code: 'VALIDATION_ERROR', details: expect.arrayContaining([expect.objectContaining({ path })]) });
    analyst.close();
  });

  it('is refused a frame that is no JSON (NaN), one that is too long, and what is no command', async () => {
    const analyst = await AnalystClient.connect(server.ws, await newToken('Garbage'));
    analyst.send('{"type":"opinion","data":{"run_id":"x","signal":"BUY","confidence":NaN}}');
    analyst.send({ type: 'subscribe', symbol: 'AAPL' });
    await analyst.until(() => analyst.frames.filter(({ type }) => type === 'error').length === 2);
    expect(analyst.frames.filter(({ type }) => type === 'error').map(({ data }) => data.code)).toEqual(['BAD_JSON', 'UNKNOWN_TYPE']);
    analyst.vote('x', { signal: 'BUY', confidence: 1, reasoning: 'x'.repeat(1024 * 1024) });
    expect((await analyst.end()).code).toBe(1009);
    await until(async () => (await analystOf('garbage')).conduct.flooded === 1, 'it is counted');
  });
});

describe('the examples', () => {
  const run = (command: string, args: readonly string[], token: string) => {
    const child = spawn(command, args, { cwd: ROOT, env: { PATH: process.env['PATH'], CONCLAVE_URL: server.ws, ANALYST_TOKEN: token } });
    return { stop: () => child.kill() };
  };
  it.each([['TypeScript', 'examples/analyst.ts'], ['Python', 'examples/analyst.py']])('in %s takes its seat and votes', async (language, file) => {
    const command = language === 'Python' ? (await findPython())! : process.execPath;
    const options = language === 'Python' ? [] : ['--import', './test/support/typescript.mjs'];
    const name = `Example in ${language}`;
    const id = name.toLowerCase().replaceAll(' ', '_');
    const child = run(command, [...options, file], await newToken(name, `of ${language}`));
    try {
      await until(async () => (await analystOf(id)).state === 'seated', 'it has its seat');
      const { details } = await analyze('SPY');
      expect(details[id]).toMatchObject({ signal: expect.stringMatching(/^(BUY|SELL|HOLD)$/), fault_domain: `owner:of ${language}` });
    } finally {
      child.stop();
    }
  });
});

describe('the command line', () => {
  const conclave = (...args: string[]): Promise<{ code: number | null; out: string }> => new Promise((done) => {
    const child = spawn(process.execPath, ['dist/cli/conclave.js', ...args, '--url', server.url], { cwd: ROOT, env: { PATH: process.env['PATH'] } });
    let out = '';
    child.stdout.on('data', (part) => { out += part; });
    child.stderr.on('data', (part) => { out += part; });
    child.on('close', (code) => done({ code, out }));
  });

  it('makes, lists and revokes tokens, and runs again what a run was', async () => {
    const made = await conclave('token', 'analyst', '--name', 'From the shell', '--owner', 'dave');
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^from_the_shell of dave, weight 1\. .*\nca_[\w-]{43}\n/) });
    expect((await conclave('token', 'list')).out).toContain('from_the_shell');
    const analyst = await AnalystClient.connect(server.ws, /ca_[\w-]{43}/.exec(made.out)![0]);
    analyst.onRequest = ({ run_id: runId }) => analyst.vote(runId, { signal: 'BUY', confidence: 0.8 });
    const { runId } = await analyze('ETHUSDT');
    expect(await conclave('rerun', runId)).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^${runId}  same: `)) });
    expect(await conclave('token', 'revoke', 'from_the_shell')).toMatchObject({ code: 0 });
    expect((await analyst.end()).code).toBe(1008);
    expect(await conclave('token', 'revoke', 'from_the_shell')).toMatchObject({ code: 4, out: expect.stringContaining('NOT_FOUND') });
    expect(await conclave('rerun', 'nonsense')).toMatchObject({ code: 4, out: expect.stringContaining('NOT_FOUND') });
  });
});
