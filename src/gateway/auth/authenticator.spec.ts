import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { GenerateKeyPairResult, JWTPayload } from 'jose';
import { CodedError } from '../../model/codes.js';
import { SCOPES } from '../../model/scope.js';
import { Authenticator } from './authenticator.js';
import { requireScope } from './principal.js';

const NOW = Date.UTC(2026, 0, 1);
const SECRET = 'a secret that has thirty-two bytes, or some more';
const NONE: ConstructorParameters<typeof Authenticator>[0] = { required: true, jwtSecret: null, jwksUrl: null, audience: null, issuer: null };
const seconds = (ms: number): number => Math.floor(ms / 1000);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const signed = (payload: JWTPayload, secret = SECRET): Promise<string> =>
  new SignJWT({ exp: seconds(NOW) + 60, ...payload }).setProtectedHeader({ alg: 'HS256' }).sign(bytes(secret));
const bySecret = (more: Partial<typeof NONE> = {}): Authenticator =>
  new Authenticator({ ...NONE, jwtSecret: SECRET, ...more }, () => NOW);
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'accepted', (error: unknown) => (error instanceof CodedError ? error.code : error));

describe('a token signed with the secret', () => {
  it('makes a principal with the scopes that exist', async () => {
    const principal = await bySecret().verify(await signed({ sub: 'ann', scope: 'read analyze fly' }));
    expect(principal).toEqual({ subject: 'ann', scopes: new Set(['read', 'analyze']), expiresAt: NOW + 60_000, anonymous: false });
  });

  it('may list its scopes as an array', async () => {
    const { scopes } = await bySecret().verify(await signed({ sub: 'ann', scopes: ['trade', 7, null] }));
    expect([...scopes]).toEqual(['trade']);
  });

  it('without a known scope is accepted and can do nothing', async () => {
    const principal = await bySecret().verify(await signed({ sub: 'ann', scope: 'constructor' }));
    expect(() => requireScope(principal, 'read')).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining('"read"') }));
  });

  it('never expires without `exp`', async () => {
    const token = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'HS256' }).sign(bytes(SECRET));
    expect((await bySecret().verify(token)).expiresAt).toBeNull();
  });

  it('expires by the clock that was given, with 5 s of tolerance', async () => {
    const at = (ago: number): Promise<string> => signed({ sub: 'ann', exp: seconds(NOW) - ago });
    expect(await codeOf(bySecret().verify(await at(4)))).toBe('accepted');
    expect(await codeOf(bySecret().verify(await at(5)))).toBe('TOKEN_EXPIRED');
  });

  it.each<[string, JWTPayload]>([
    ['no subject', {}],
    ['an empty subject', { sub: '' }],
    ['a subject with a line feed', { sub: 'a\nb' }],
    ['a subject that claims to be an anonymous client', { sub: 'anonymous:abc' }],
    ['a beginning in the future', { sub: 'ann', nbf: seconds(NOW) + 60 }],
  ])('is invalid with %s', async (_what, payload) => {
    expect(await codeOf(bySecret().verify(await signed(payload)))).toBe('TOKEN_INVALID');
  });

  it('is invalid with another secret, another audience or another issuer', async () => {
    const token = await signed({ sub: 'ann', aud: 'conclave', iss: 'https://id.example' });
    expect(await codeOf(bySecret({ jwtSecret: SECRET.toUpperCase() }).verify(token))).toBe('TOKEN_INVALID');
    expect(await codeOf(bySecret({ audience: 'other' }).verify(token))).toBe('TOKEN_INVALID');
    expect(await codeOf(bySecret({ issuer: 'https://other.example' }).verify(token))).toBe('TOKEN_INVALID');
    expect(await codeOf(bySecret({ audience: 'conclave', issuer: 'https://id.example' }).verify(token))).toBe('accepted');
  });

  it.each(['', 'x', 'a.b.c', '....', 'é'.repeat(9000)])('is invalid where it is %j', async (token) => {
    expect(await codeOf(bySecret().verify(token))).toBe('TOKEN_INVALID');
  });

  it('with alg none is invalid', async () => {
    expect(await codeOf(bySecret().verify(new UnsecuredJWT({ sub: 'eve' }).encode()))).toBe('TOKEN_INVALID');
  });
});

describe('a token signed with a published key', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; body: string };
  let keys: Record<'RS256' | 'ES256' | 'EdDSA', GenerateKeyPairResult>;

  beforeAll(async () => {
    keys = { RS256: await generateKeyPair('RS256'), ES256: await generateKeyPair('ES256'), EdDSA: await generateKeyPair('EdDSA') };
    const jwks = await Promise.all(
      Object.entries(keys).map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' })),
    );
    answer = { status: 200, body: JSON.stringify({ keys: jwks }) };
    server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });
  afterAll(() => new Promise((closed) => server.close(closed)));

  const byKeys = (more = {}): Authenticator => new Authenticator({ ...NONE, jwksUrl: url, ...more }, () => NOW);
  const signedBy = (alg: keyof typeof keys, kid: string = alg): Promise<string> =>
    new SignJWT({ sub: 'bob', scope: 'read', exp: seconds(NOW) + 60 }).setProtectedHeader({ alg, kid }).sign(keys[alg].privateKey);

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('is accepted with %s', async (alg) => {
    expect((await byKeys().verify(await signedBy(alg))).subject).toBe('bob');
  });

  it('by an unknown key is invalid', async () => {
    expect(await codeOf(byKeys().verify(await signedBy('RS256', 'lost')))).toBe('TOKEN_INVALID');
  });

  it('never takes the public key for a secret', async () => {
    const pem = await exportSPKI(keys.RS256.publicKey);
    const forged = await new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(bytes(pem));
    expect(await codeOf(byKeys().verify(forged))).toBe('TOKEN_INVALID');
    expect(await codeOf(byKeys({ jwtSecret: SECRET }).verify(forged))).toBe('TOKEN_INVALID');
  });

  it('is checked beside the secret where both are set', async () => {
    const both = byKeys({ jwtSecret: SECRET });
    expect((await both.verify(await signedBy('ES256'))).subject).toBe('bob');
    expect((await both.verify(await signed({ sub: 'ann' }))).subject).toBe('ann');
  });

  it('cannot be judged while the host of the keys is away, and can afterwards', async () => {
    const authenticator = byKeys();
    const token = await signedBy('ES256');
    const whole = answer;
    for (const broken of [{ status: 502, body: '' }, { status: 200, body: 'no json' }, { status: 200, body: '{}' }]) {
      answer = broken;
      await expect(authenticator.verify(token)).rejects.toMatchObject({ code: 'NOT_READY', row: { retryable: true }, extra: { retry_after_ms: 2_000 } });
    }
    answer = whole;
    expect((await authenticator.verify(token)).subject).toBe('bob');
  });

  it('cannot be judged where nobody listens', async () => {
    const closed = createServer();
    await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const authenticator = byKeys({ jwksUrl: `http://127.0.0.1:${port}/jwks.json` });
    expect(await codeOf(authenticator.verify(await signedBy('ES256')))).toBe('NOT_READY');
  });
});

describe('a client without a token', () => {
  it('has every scope where none is required', async () => {
    const principal = await new Authenticator({ ...NONE, required: false }).identify(null, 'c1');
    expect(principal).toEqual({ subject: 'anonymous:c1', scopes: new Set(SCOPES), expiresAt: null, anonymous: true });
  });

  it('is nobody where one is required', async () => {
    expect(await bySecret().identify(null, 'c1')).toBeNull();
  });

  it('is anonymous, too, with a token that an open server has no key to check', async () => {
    const principal = await new Authenticator({ ...NONE, required: false }).identify('YOUR_JWT_TOKEN', 'c1');
    expect(principal).toMatchObject({ subject: 'anonymous:c1', anonymous: true });
    await expect(bySecret({ required: false }).identify('YOUR_JWT_TOKEN', 'c1')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('cannot use a token of a server that checks none', async () => {
    await expect(new Authenticator({ ...NONE, required: false }, () => NOW).verify(await signed({ sub: 'ann' }))).rejects.toMatchObject({
      code: 'TOKEN_INVALID', message: expect.stringContaining('connect without one'),
    });
  });
});

it('refuses to start with a short secret, or with nothing to check a required token', () => {
  expect(() => bySecret({ jwtSecret: 'é'.repeat(15) })).toThrow(/30 bytes: HS256 needs 32/);
  expect(() => new Authenticator(NONE)).toThrow(/AUTH_JWT_SECRET or AUTH_JWKS_URL/);
});
