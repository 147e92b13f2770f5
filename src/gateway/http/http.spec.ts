import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, HttpException, Module, Param, ParseIntPipe, Post, Query, Res, ServiceUnavailableException, UseGuards } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, ValidateNested } from 'class-validator';
import type { ServerResponse } from 'node:http';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { CodedError } from '../../model/codes.js';
import { requires } from '../../model/scope.js';
import { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import { AnalyzeCommand } from '../commands/commands.dto.js';
import { clientAddress } from '../limits/client-address.js';
import { HttpAnalyzeLimit } from '../limits/http-analyze-limit.js';
import { AnalyzeLimitGuard } from './analyze-limit.guard.js';
import { httpLogging } from './http-logging.js';
import { ProblemFilter } from './problem.filter.js';
import { Caller, ScopeGuard } from './scope.guard.js';
import { corsFor, securityHeaders } from './security.js';
import { RequestValidationPipe } from './validation.pipe.js';

const NOW = Date.UTC(2026, 0, 1);
const SECRET = 'a secret that has thirty-two bytes, or some more';
const ANALYSES = 3;
class StoreAway extends Error {}

class PageQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'must be an integer' })
  @Max(500, { message: 'must be at most 500' })
  limit = 50;
}
class Opinion {
  @IsInt({ message: 'must be an integer' })
  weight!: number;
}
class PreviewBody {
  @ValidateNested({ each: true })
  @Type(() => Opinion)
  opinions!: Opinion[];
}

@Controller()
class Things {
  @Get('live')
  @requires('public')
  live(): string {
    return 'ok';
  }

  @Get('ready')
  @requires('public')
  ready(): never {
    throw new ServiceUnavailableException({ status: 'error', info: {}, error: { database: { status: 'down' } }, details: {} });
  }

  @Get('api/me')
  me(@Caller() { subject, scopes }: Principal): object {
    return { subject, scopes: [...scopes] };
  }

  @Post('api/halt')
  @requires('admin')
  @HttpCode(200)
  halt(): object {
    return { halted: true };
  }

  @Post('api/analyze')
  @requires('analyze')
  @UseGuards(AnalyzeLimitGuard)
  @HttpCode(202)
  analyze(@Body() { symbol, depth }: AnalyzeCommand): object {
    return { symbol, depth };
  }

  @Get('api/page')
  page(@Query() query: PageQuery): object {
    return query;
  }

  @Post('api/preview')
  preview(@Body() body: PreviewBody): object {
    return body;
  }

  @Get('api/number/:n')
  number(@Param('n', ParseIntPipe) n: number): number {
    return n;
  }

  @Get('api/throw/:what')
  throw(@Param('what') what: string): never {
    if (what === 'limit') throw new CodedError('RATE_LIMITED', 'Ask again later', [], { retry_after_ms: 1_400 });
    if (what === 'address') throw new CodedError('TOO_MANY_CONNECTIONS', 'Too many', [], { limit: 'address' });
    if (what === 'node') throw new CodedError('TOO_MANY_CONNECTIONS', 'Too many', [], { limit: 'node' });
    if (what === 'shadow') throw new CodedError('NOT_FOUND', 'No', [], { status: 200, code: 'OK' });
    if (what === 'store') throw new StoreAway('postgres://user:hunter2@db');
    if (what === 'teapot') throw new HttpException('I am a teapot', 418);
    throw new Error('the password is hunter2');
  }

  @Get('api/half')
  half(@Res() response: ServerResponse): never {
    response.write('{"items":[');
    throw new Error('half way');
  }
}

@Module({ controllers: [Things], providers: [{ provide: HttpAnalyzeLimit, useFactory: () => new HttpAnalyzeLimit(ANALYSES) }] })
class ThingsModule {}

interface Served {
  readonly app: INestApplication;
  readonly url: string;
  readonly log: string[];
}

const serve = async (required: boolean): Promise<Served> => {
  const log: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
  const auth = { required, jwtSecret: SECRET, jwksUrl: null, audience: null, issuer: null };
  const app = await NestFactory.create(ThingsModule, { logger: false });
  app.use(pinoHttp(httpLogging(logger, clientAddress([]))));
  app.use(securityHeaders());
  app.enableCors(corsFor(null));
  app.useGlobalFilters(new ProblemFilter((error) => error instanceof StoreAway, logger));
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalGuards(new ScopeGuard(new Authenticator(auth, () => NOW), null));
  SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}`, log };
};

const tokenOf = (claims: object): Promise<string> =>
  new SignJWT({ sub: 'ann', exp: NOW / 1000 + 60, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
const bearer = async (claims: object): Promise<{ headers: Record<string, string> }> => ({ headers: { authorization: `Bearer ${await tokenOf(claims)}` } });

let open: Served;
let closed: Served;
beforeAll(async () => {
  open = await serve(false);
  closed = await serve(true);
});
afterAll(async () => {
  await open.app.close();
  await closed.app.close();
});

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(open.url + path, init);
const post = (path: string, body: unknown, init: RequestInit = {}, { url } = open): Promise<Response> =>
  fetch(url + path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init, headers: { 'content-type': 'application/json', ...init.headers } });
const problemIn = async (response: Response): Promise<Record<string, unknown>> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({ type: `urn:conclave:error:${String(body['code'])}`, title: expect.any(String), status: response.status, detail: expect.any(String) });
  return body;
};

describe('a problem', () => {
  it.each<[string, number, string]>([
    ['/api/nothing', 404, 'NOT_FOUND'],
    ['/api/number/x', 400, 'VALIDATION_ERROR'],
    ['/api/number/%FF', 400, 'VALIDATION_ERROR'],
    ['/api/throw/limit', 429, 'RATE_LIMITED'],
    ['/api/throw/address', 429, 'TOO_MANY_CONNECTIONS'],
    ['/api/throw/node', 503, 'TOO_MANY_CONNECTIONS'],
    ['/api/throw/store', 503, 'STORE_UNAVAILABLE'],
    ['/api/throw/teapot', 418, 'VALIDATION_ERROR'],
    ['/api/throw/shadow', 404, 'NOT_FOUND'],
    ['/api/throw/error', 500, 'INTERNAL'],
    ['/ready', 503, 'NOT_READY'],
  ])('of %s is %i %s', async (path, status, code) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect((await problemIn(response))['code']).toBe(code);
  });

  it('says when to come back', async () => {
    const response = await get('/api/throw/limit');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await problemIn(response)).toMatchObject({ retry_after_ms: 1_400, detail: 'Ask again later' });
  });

  it('of our own fault is logged, and says nothing of it', async () => {
    const response = await get('/api/throw/error', { headers: { 'x-request-id': 'find-me' } });
    expect(await response.text()).not.toContain('hunter2');
    expect(response.headers.get('x-request-id')).toBe('find-me');
    const line = open.log.find((entry) => entry.includes('A request failed') && entry.includes('find-me'));
    expect(JSON.parse(line!)).toMatchObject({ level: 50, code: 'INTERNAL', err: { message: 'the password is hunter2' } });
    expect(await (await get('/api/throw/store')).text()).not.toContain('hunter2');
  });

  it('names the checks that are down', async () => {
    expect(await problemIn(await get('/ready'))).toMatchObject({ checks: { database: { status: 'down' } } });
  });

  it('after half an answer breaks the connection', async () => {
    await expect(get('/api/half').then((response) => response.text())).rejects.toThrow();
  });

  it('has no body for HEAD', async () => {
    const response = await get('/api/nothing', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });
});

describe('a body', () => {
  it('that is no JSON is BAD_JSON', async () => {
    const response = await post('/api/analyze', '{"symbol":');
    expect([response.status, (await problemIn(response))['code']]).toEqual([400, 'BAD_JSON']);
  });

  it('that is too large is FRAME_TOO_LARGE', async () => {
    const response = await post('/api/preview', { opinions: 'x'.repeat(200_000) });
    expect([response.status, (await problemIn(response))['code']]).toEqual([413, 'FRAME_TOO_LARGE']);
  });

  it('is validated down to its items, without what nobody knows', async () => {
    expect(await problemIn(await post('/api/preview', { opinions: [{ weight: 1 }, { weight: 'x' }] }))).toMatchObject({
      code: 'VALIDATION_ERROR', errors: [{ path: 'opinions[1].weight', message: 'must be an integer' }],
    });
    expect(await (await post('/api/preview', { opinions: [{ weight: 1, x: 1 }], y: 2 })).json()).toEqual({ opinions: [{ weight: 1 }] });
  });

  it('is checked like the command of that name', async () => {
    expect(await problemIn(await post('/api/analyze', { symbol: 'AA PL', depth: 'slow' }, await bearer({ scope: 'analyze' }), closed))).toMatchObject({
      errors: [{ path: 'symbol', message: expect.stringContaining('is no symbol') }, { path: 'depth', message: 'must be one of: fast, deep' }],
    });
  });

  it.each(['[]', 'null', '[{"opinions":[]}]'])('that is %s is a VALIDATION_ERROR', async (body) => {
    expect((await post('/api/preview', body)).status).toBe(400);
  });

  it('that is deep or names a prototype is a VALIDATION_ERROR', async () => {
    for (const body of ['['.repeat(40_000) + ']'.repeat(40_000), '{"opinions":[{"weight":1,"constructor":{"a":1}}]}', '{"__proto__":{"opinions":[]}}']) {
      expect((await problemIn(await post('/api/preview', body)))['code']).toBe('VALIDATION_ERROR');
    }
  });

  it('in the query becomes numbers, with defaults', async () => {
    expect(await (await get('/api/page?limit=20&x=1')).json()).toEqual({ limit: 20 });
    expect(await (await get('/api/page')).json()).toEqual({ limit: 50 });
    expect(await problemIn(await get('/api/page?limit=501'))).toMatchObject({ errors: [{ path: 'limit', message: 'must be at most 500' }] });
  });
});

describe('who asks', () => {
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(closed.url + path, init);
  const codeOf = async (response: Response): Promise<unknown> => [response.status, (await problemIn(response))['code']];

  it('without a token has every scope where none is required, under the id that it names', async () => {
    expect(await (await get('/api/me?client_id=c7')).json()).toEqual({ subject: 'anonymous:c7', scopes: ['read', 'analyze', 'trade', 'approve', 'admin'] });
    expect((await post('/api/halt', {})).status).toBe(200);
  });

  it('with a token has the scopes of the token, required or not', async () => {
    expect(await codeOf(await post('/api/halt', {}, await bearer({ scope: 'read' })))).toEqual([403, 'FORBIDDEN']);
    expect((await post('/api/halt', {}, await bearer({ scope: 'admin' }))).status).toBe(200);
  });

  it('needs a token where one is required, but not for what is public', async () => {
    const response = await ask('/api/me');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await codeOf(response)).toEqual([401, 'UNAUTHENTICATED']);
    expect((await ask('/live')).status).toBe(200);
  });

  it('is known by the header, or for old clients by the query', async () => {
    expect(await (await ask('/api/me', await bearer({ scope: 'read' }))).json()).toEqual({ subject: 'ann', scopes: ['read'] });
    expect((await ask(`/api/me?token=${await tokenOf({ scope: 'read' })}`)).status).toBe(200);
  });

  it('is refused with a token that is wrong, too old, or good for something else', async () => {
    const wrong = await ask('/api/me', { headers: { authorization: 'Bearer x.y.z' } });
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await codeOf(wrong)).toEqual([401, 'TOKEN_INVALID']);
    expect(await codeOf(await ask('/api/me', await bearer({ scope: 'read', exp: NOW / 1000 - 60 })))).toEqual([401, 'TOKEN_EXPIRED']);
    expect(await codeOf(await ask('/api/me', await bearer({ scope: 'trade' })))).toEqual([403, 'FORBIDDEN']);
  });

  it('from a page of a foreign origin is refused, also where it is public', async () => {
    for (const path of ['/live', '/api/me']) {
      expect(await codeOf(await get(path, { headers: { origin: 'https://evil.example' } }))).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('from a local page may read the answer', async () => {
    const response = await get('/api/me', { headers: { origin: 'http://localhost:5173' } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:5173']);
  });

  it('from a foreign page may not read anything', async () => {
    expect((await get('/api/me', { headers: { origin: 'https://evil.example' } })).headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('POST /api/analyze is limited by address, whoever asks', async () => {
  const statuses: number[] = [];
  for (let n = 0; n <= ANALYSES; n += 1) statuses.push((await post(`/api/analyze?client_id=c${n}`, { symbol: 'AAPL' })).status);
  expect(statuses).toEqual([...Array<number>(ANALYSES).fill(202), 429]);
  const refused = await post('/api/analyze', { symbol: 'AAPL' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
  expect(await problemIn(refused)).toMatchObject({ code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
});

describe('the log', () => {
  /** fetch forbids some headers. */
  const raw = (path: string, headers: Record<string, string>): Promise<void> =>
    new Promise((done, failed) => request(open.url + path, { headers }, (response) => response.resume().on('end', done)).on('error', failed).end());

  it('holds no token, cookie or credential', async () => {
    const token = await tokenOf({ scope: 'read' });
    await raw(`/api/me?token=${token}&x=1`, { authorization: `Bearer ${token}`, cookie: 'sid=cookie-secret', referer: `http://h/?token=${token}`, 'x-api-key': 'key-secret', 'x-request-id': 'secretive' });
    const line = open.log.find((entry) => entry.includes('secretive'));
    expect(JSON.parse(line!)).toMatchObject({ req: { id: 'secretive', method: 'GET', url: '/api/me?token=***&x=1' }, res: { status: 200 } });
    expect(open.log.join('')).not.toMatch(new RegExp(`${token}|cookie-secret|key-secret`));
  });

  it('says nothing of probes that are well', async () => {
    await raw('/live', { 'x-request-id': 'probe-well' });
    await raw('/ready', { 'x-request-id': 'probe-ill' });
    const lines = open.log.join('');
    expect(lines).not.toContain('probe-well');
    expect(lines).toContain('probe-ill');
  });

  it('does not take a request id that could harm it', async () => {
    const response = await get('/live', { headers: { 'x-request-id': 'a b{}' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('pages', () => {
  const policyOf = async (path: string): Promise<string> => (await get(path)).headers.get('content-security-policy') ?? '';

  it('run no inline script, and talk to us and sockets only', async () => {
    const policy = await policyOf('/live');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("connect-src 'self' ws: wss:");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  it('of /docs need inline styles, no inline script', async () => {
    const html = await (await get('/docs')).text();
    expect(html).toContain('<style>');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(await policyOf('/docs')).toContain("style-src 'self' 'unsafe-inline'");
    expect(await policyOf('/docs')).toContain("script-src 'self';");
    expect(await policyOf('/docsy')).not.toContain('unsafe');
  });
});
