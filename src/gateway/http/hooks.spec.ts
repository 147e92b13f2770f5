import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { GROUP, TriggerWorld } from '../../../test/support/trigger-world.js';
import { HookLimit } from '../../groups/triggers/hook-limit.js';
import { HooksController } from '../../groups/triggers/hooks.controller.js';
import { Webhooks } from '../../groups/triggers/webhooks.js';
import { isUnavailable } from '../../storage/unavailable.js';
import { Authenticator } from '../auth/authenticator.js';
import { ProblemFilter } from './problem.filter.js';
import { ScopeGuard } from './scope.guard.js';
import { RequestValidationPipe } from './validation.pipe.js';

const SECRET = 'of the trigger';
const NOW_S = 1_770_000_000;

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('a webhook, over HTTP, on %s,', (_name, fresh) => {
  let db: FreshDatabase;
  let world: TriggerWorld;
  let nest: NestExpressApplication;
  let url = '';
  let triggerId = '';
  let count = 0;

  beforeAll(async () => {
    db = await fresh();
    world = new TriggerWorld(db);
    await world.group();
    await world.group('other');
    const limit = new HookLimit(null);
    const webhooks = new Webhooks({ store: world.store, intake: world.intake, take: (id, perMinute) => limit.take(id, perMinute), clock: () => NOW_S * 1000 });
    @Module({ controllers: [HooksController], providers: [{ provide: Webhooks, useValue: webhooks }] })
    class Hooks {}
    nest = await NestFactory.create<NestExpressApplication>(Hooks, { logger: false, rawBody: true });
    nest.useBodyParser('json', { limit: 2000 });
    nest.useGlobalPipes(new RequestValidationPipe());
    nest.useGlobalFilters(new ProblemFilter(isUnavailable, { error: (_fields, message) => { throw new Error(message); } }));
    // a token is needed everywhere else
    nest.useGlobalGuards(new ScopeGuard(new Authenticator({ required: true, jwtSecret: SECRET.padEnd(40, '.'), jwksUrl: null, issuer: null, audience: null }), null));
    await nest.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(nest.getHttpServer().address() as AddressInfo).port}/api/hooks`;
  });
  afterAll(async () => {
    await nest.close();
    await db.drop();
  });
  beforeEach(async () => {
    count += 1;
    triggerId = await world.trigger(`hook ${count}`, 'webhook', { priority: 7, tags: ['tv'], title: 'TradingView', event_type: 'immediate', per_minute: 60 }, { secret: SECRET });
  });

  interface Sent {
    readonly to?: string;
    readonly secret?: string;
    readonly timestamp?: number | string;
    readonly signature?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  const sign = (body: string, timestamp: number | string, secret = SECRET): string => `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
  // the tests read what the contract promises
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const post = async (body: string, { to = triggerId, secret, timestamp = NOW_S, signature = sign(body, timestamp, secret), headers }: Sent = {}): Promise<any> => {
    const all = { 'Content-Type': 'application/json', 'X-Conclave-Timestamp': String(timestamp), 'X-Conclave-Signature': signature, ...headers };
    const response = await fetch(`${url}/${encodeURIComponent(to)}`, { method: 'POST', headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')), body });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), ...(await response.json() as object) };
  };
  const event = (id: string) => db.kysely.selectFrom('group_events').selectAll().where('event_id', '=', id).executeTakeFirstOrThrow();

  it('takes the fields of an event, by the trigger\'s name or id, without a token', async () => {
    const body = JSON.stringify({ title: 'BTC dumps', payload: { cpi: 3.1 }, targets: [GROUP, 'nobody'], priority: 9, id: 'mine', source_id: 'me', condition: { trace: { correlation_id: 'tv-1' } } });
    for (const [to, timestamp] of [[`hook ${count}`, NOW_S], [triggerId, NOW_S - 1]] as const) {
      const answer = await post(body, { to, timestamp });
      expect(answer).toEqual({ status: 200, retryAfter: null, ok: true, message: 'accepted', id: expect.any(String), dispatched_clients: 0, unknown_targets: ['nobody'] });
      expect(await event(answer.id)).toMatchObject({
        source_id: `hook ${count}`, origin_id: triggerId, title: 'BTC dumps', payload: '{"cpi":3.1}', priority: 9, tags: '["tv"]', correlation_id: 'tv-1', event_key: expect.stringContaining(`hook:${triggerId}:`),
      });
    }
  });

  it('takes any other JSON as payload, byte for byte, with what the trigger says of the rest', async () => {
    for (const body of ['{ "ticker": "BTCUSD",  "title": "€" }', '[1, 2]']) {
      const { id } = await post(body);
      expect(await event(id)).toMatchObject({ payload: body, title: 'TradingView', targets: `["${GROUP}"]`, priority: 7, event_type: 'immediate' });
    }
  });

  it('answers a repeated signature as the first time, also where it comes at once', async () => {
    const first = await post('{"a":1}');
    expect(await post('{"a":1}')).toEqual({ ...first, duplicate: true });
    const [one, two] = await Promise.all([post('{"a":2}'), post('{"a":2}')]);
    expect([one.id, [one, two].filter(({ duplicate }) => duplicate).length]).toEqual([two.id, 1]);
    expect((await post('{"a":1}', { timestamp: NOW_S + 1 })).id).not.toBe(first.id);
  });

  it('knows a repeat that was signed anew by the idempotency key, whose other content is a conflict', async () => {
    const body = (payload: string): string => JSON.stringify({ payload, condition: { trace: { idempotency_key: 'bar-1' } } });
    const first = await post(body('{"a":1}'));
    expect(await post(body('{"a":1}'), { timestamp: NOW_S + 1 })).toEqual({ ...first, duplicate: true });
    expect(await post(body('{"a":2}'), { timestamp: NOW_S + 2 })).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT', errors: [{ path: 'condition.trace.idempotency_key' }] });
  });

  it.each<[string, string, Sent, number, string, RegExp]>([
    ['no signature', '{}', { signature: '' }, 401, 'UNAUTHENTICATED', /HMAC-SHA256/],
    ['no timestamp', '{}', { headers: { 'X-Conclave-Timestamp': '' } }, 401, 'UNAUTHENTICATED', /X-Conclave-Timestamp/],
    ['another secret', '{}', { secret: 'guessed' }, 401, 'TOKEN_INVALID', /byte for byte/],
    ['another body', '{"a":1}', { signature: sign('{"a":2}', NOW_S) }, 401, 'TOKEN_INVALID', /byte for byte/],
    ['a timestamp that was not signed', '{}', { signature: sign('{}', NOW_S - 1) }, 401, 'TOKEN_INVALID', /byte for byte/],
    ['a signature of another form', '{}', { signature: createHmac('sha256', SECRET).update(`${NOW_S}.{}`).digest('base64') }, 401, 'TOKEN_INVALID', /cannot be read/],
    ['a timestamp that is none', '{}', { timestamp: 'now' }, 401, 'TOKEN_INVALID', /cannot be read/],
    ['a timestamp that is too old', '{}', { timestamp: NOW_S - 301 }, 401, 'TOKEN_INVALID', /301 s old/],
    ['a timestamp to come', '{}', { timestamp: NOW_S + 301 }, 401, 'TOKEN_INVALID', /301 s ahead/],
    ['a trigger that there is not', '{}', { to: 'nobody' }, 404, 'NOT_FOUND', /nobody/],
    ['a name that no database takes', '{}', { to: 'a\0b' }, 400, 'VALIDATION_ERROR', /NUL/],
    ['a body that is no JSON', '{"a":', {}, 400, 'BAD_JSON', /JSON/],
    ['a body of another type', 'a=1', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 400, 'BAD_JSON', /JSON/],
    ['a body of no type that is read', '{}', { headers: { 'Content-Type': 'text/plain' } }, 400, 'VALIDATION_ERROR', /application\/json/],
    ['no body', '', {}, 400, 'BAD_JSON', /JSON/],
    ['a body over the limit', JSON.stringify('x'.repeat(2000)), {}, 413, 'FRAME_TOO_LARGE', /too large/],
    ['a post_trade', '{"event_type":"post_trade","payload":"{}"}', {}, 403, 'FORBIDDEN', /may not send post_trade/],
  ])('refuses %s', async (_what, body, sent, status, code, detail) => {
    expect(await post(body, sent)).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
  });

  it('names each flaw of an event', async () => {
    const { status, code, errors } = await post(JSON.stringify({ payload: 5, priority: 11, targets: [] }));
    expect([status, code, errors.map(({ path }: { path: string }) => path)]).toEqual([400, 'VALIDATION_ERROR', ['priority', 'targets', 'payload']]);
  });

  it('is none where it is disabled, or of another kind', async () => {
    await db.kysely.updateTable('triggers').set({ enabled: 0 }).where('trigger_id', '=', triggerId).execute();
    expect((await post('{}')).status).toBe(404);
    expect((await post('{}', { to: await world.trigger(`outside ${count}`, 'external', {}, { secret: SECRET }) })).status).toBe(404);
  });

  it('takes so many a minute, and says when the next may come; who cannot sign uses up nothing', async () => {
    const id = await world.trigger(`slow ${count}`, 'webhook', { priority: 5, tags: [], title: null, event_type: 'immediate', per_minute: 3 }, { secret: SECRET });
    for (let at = 0; at < 5; at += 1) await post('{}', { to: id, secret: 'guessed' });
    for (let at = 0; at < 3; at += 1) expect((await post('{}', { to: id, timestamp: NOW_S - at })).status).toBe(200);
    const refused = await post('{}', { to: id, timestamp: NOW_S - 3 });
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
    expect(refused.retry_after_ms).toBeGreaterThan(0);
    expect(Number(refused.retryAfter)).toBe(Math.ceil(refused.retry_after_ms / 1000));
    expect((await post('{}')).status).toBe(200); // of another trigger
  });
});
