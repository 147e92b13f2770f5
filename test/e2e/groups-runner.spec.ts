import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startChatServer, type ChatServer } from '../support/chat-server.mjs';
import { endPrograms, newGroup, rest, runProgram, type Body, type Running } from '../support/group-admin.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: TestServer;
let chat: ChatServer;
beforeAll(async () => {
  chat = await startChatServer();
  server = await startServer({ SYMBOLS: 'BTCUSDT,SOL/USD', SIGNAL_GENERATION_INTERVAL: '3600' });
});
afterAll(async () => {
  endPrograms();
  await cleanUp();
  await chat.close();
});

const runner = (token: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running =>
  runProgram(process.execPath, ['dist/cli/conclave.js', 'group', '--json', '--url', server.url, '--token', token, ...args], env);
const told = (run: Running, type: string): Body[] => run.output().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Body).filter((each) => each.type === type);

const OPINION = { signal: 'BUY', confidence: 0.8, reasoning: ['It moves.'], target_price: null, stop_loss: null, veto: false };
const decision = (action: string): object => ({ action, confidence: 0.8, reasoning: ['It moves.'], target_price: null, stop_loss: null, side: null });
const formOf = (body: Body): string => body.response_format.json_schema.name as string;

describe('the group runner over the public wire', () => {
  it('with a local model server and the built-in price trigger: event, discussion, decision, order and lesson under one correlation id', async () => {
    const group = await newGroup(server, 'price_watchers', { symbol: 'SOL/USD' }); // it moves most
    const { items: members } = await rest(server, 'GET', `/api/groups/${group.group_id}/members`);
    const decisions = ['BUY', 'CLOSE'];
    chat.answer = ({ body }) => ({ text: JSON.stringify(formOf(body) === 'group_decision' ? decision(decisions.shift() ?? 'NO_TRADE') : OPINION) });
    const run = runner(group.token, [], { OPENAI_BASE_URL: chat.url, OPENAI_MODEL: 'local' });
    await until(() => told(run, 'connected').length === 1, 'it is connected');
    await rest(server, 'POST', '/api/triggers', { name: 'small_moves', kind: 'price_move', config: { symbol: 'SOL/USD', change_pct: 0.01, cooldown_s: 0, targets: ['price_watchers'] } });

    const opened = await until<Body>(() => told(run, 'decision').find(({ action }) => action === 'BUY'), 'it decides', 60_000);
    await until(() => told(run, 'order_update').some(({ status, correlation_id: id }) => status === 'filled' && id === opened.correlation_id), 'it hears of the fill');
    await rest(server, 'POST', `/api/groups/${group.group_id}/test-event`, { preset: 'news' }); // upon which it closes, if no further move was first
    const trace = await until<Body>(async () => {
      const found = await rest(server, 'GET', `/api/trace/${opened.correlation_id}`);
      return found.lessons.length > 0 && found;
    }, 'the lesson of the closed trade', 60_000);

    const [event] = trace.events;
    expect(event).toMatchObject({ id: opened.event_id, source_id: 'small_moves', event_type: 'immediate' });
    const [discussion] = trace.discussions;
    expect(discussion.member_opinions).toHaveLength(members.length - 1);
    expect(discussion).toMatchObject({ correlation_id: opened.correlation_id, symbol: 'SOL/USD', decision: { action: 'BUY', confidence: 0.8, source: 'model:local' } });
    expect(discussion.member_opinions[0]).toMatchObject({ signal: 'BUY', source: 'model:local' });
    expect(trace.decisions[0]).toMatchObject({ symbol: 'SOL/USD', status: 'filled', account_id: group.account_id });
    expect(trace.orders[0]).toMatchObject({ symbol: 'SOL/USD', side: 'buy', status: 'filled' });
    expect(trace.fills[0]).toMatchObject({ order_id: trace.orders[0].order_id });
    expect(trace.lessons[0]).toMatchObject({ symbol: 'SOL/USD', lesson: expect.any(String), outcome_return: expect.any(Number) });
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('killed amid a discussion leaves the event to its successor, and it is traded once', async () => {
    const group = await newGroup(server, 'killed');
    const env = { OPENAI_BASE_URL: chat.url, OPENAI_MODEL: 'local' };
    chat.answer = () => ({ hang: true });
    const first = runner(group.token, [], env);
    await until(() => told(first, 'connected').length === 1, 'it is connected');
    const asked = chat.requests.length;
    const { event_id: id } = await rest(server, 'POST', `/api/groups/${group.group_id}/test-event`, { preset: 'price_spike' });
    await until(() => chat.requests.length >= asked + 4, 'its members think');
    first.child.kill('SIGKILL');
    await first.ended;
    chat.answer = ({ body }) => ({ text: JSON.stringify(formOf(body) === 'group_decision' ? decision('BUY') : OPINION) });
    const second = runner(group.token, ['--once'], env);
    expect(await second.ended).toBe(0);
    expect(told(second, 'decision')).toEqual([expect.objectContaining({ event_id: id, action: 'BUY' })]);
    const trace = await until<Body>(async () => {
      const found = await rest(server, 'GET', `/api/trace/${id}`);
      return found.fills.length > 0 && found;
    }, 'the fill');
    expect([trace.discussions.length, trace.decisions.length]).toEqual([1, 1]);
  });

  it('by rules, a dry run: discusses the test event, logs it, and trades nothing', async () => {
    const group = await newGroup(server, 'dry');
    const event = await rest(server, 'POST', `/api/groups/${group.group_id}/test-event`, { preset: 'signal' });
    const run = runner(group.token, ['--once', '--dry-run']);
    expect(await run.ended).toBe(0);
    expect(told(run, 'decision')).toEqual([expect.objectContaining({ event_id: event.event_id, dry_run: true, source: 'rules' })]);
    const { items } = await rest(server, 'GET', `/api/groups/${group.group_id}/discussions`);
    expect(items).toEqual([expect.objectContaining({ decision: expect.objectContaining({ dry_run: true }), event: expect.objectContaining({ id: event.event_id }) })]);
    expect((await rest(server, 'GET', `/api/trace/${event.event_id}`)).orders).toEqual([]);
  });

  it('is refused with a wrong token, and ends where another takes over', async () => {
    const wrong = runner('cg_wrong', []);
    expect([await wrong.ended, wrong.output()]).toEqual([4, expect.stringContaining('TOKEN_INVALID')]);
    const { token } = await newGroup(server, 'twice');
    const first = runner(token, []);
    await until(() => told(first, 'connected').length === 1);
    const second = runner(token, []);
    expect([await first.ended, first.output()]).toEqual([4, expect.stringContaining('REPLACED')]);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
