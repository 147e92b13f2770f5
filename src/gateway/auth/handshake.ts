import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { CodedError } from '../../model/codes.js';
import type { Position } from '../../rooms/message.js';
import { readSince, sinceProblems } from '../commands/since.dto.js';

/** What a connection says about itself before its first command. */
export interface Handshake {
  readonly token: string | null;
  /** As presented, or a fresh one. Whoever knows it is that anonymous client: 128 random bits. */
  readonly clientId: string;
  /** Room → where the client stands in it; empty where it said nothing. */
  readonly since: ReadonlyMap<string, Position>;
}

interface HandshakeRequest {
  readonly headers: IncomingHttpHeaders;
  /** Path and query, as in the request line. */
  readonly url?: string | undefined;
  /** Socket.IO's `handshake.auth`; nothing on raw sockets. */
  readonly auth?: unknown;
}

const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/;
const NOTHING: ReadonlyMap<string, Position> = new Map();

const randomClientId = (): string => randomBytes(16).toString('base64url');

/** Stands for a handshake that could not be read. */
export const NOBODY: Handshake = { token: null, clientId: '', since: NOTHING };

/** @throws CodedError VALIDATION_ERROR where `since`, or a token that is given, has the wrong shape. */
export const readHandshake = (request: HandshakeRequest, freshId: () => string = randomClientId): Handshake => ({
  token: tokenOf(request),
  clientId: clientIdOf(request, freshId),
  since: sinceOf(given(request, 'since')),
});

/**
 * `Authorization: Bearer`, else Socket.IO's `auth.token`, else `?token=` of old clients; null where there is none.
 * @throws CodedError VALIDATION_ERROR where it is no string.
 */
export const tokenOf = (request: HandshakeRequest): string | null => {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = bearer ?? given(request, 'token') ?? '';
  if (typeof token !== 'string') throw refused('token', 'must be a string');
  return token === '' ? null : token;
};

/** The `client_id` that is presented, where it is 1 to 64 of `A-Z a-z 0-9 _ -`; else a fresh one. */
export const clientIdOf = (request: HandshakeRequest, freshId: () => string = randomClientId): string => {
  const id = given(request, 'client_id');
  return typeof id === 'string' && CLIENT_ID.test(id) ? id : freshId();
};

const sinceOf = (value: unknown): ReadonlyMap<string, Position> => {
  if (value === null || value === '') return NOTHING;
  const since = readSince(typeof value === 'string' ? parsed(value) : value);
  const [problem] = sinceProblems(since, 'map');
  if (problem) throw refused(problem.path === '' ? 'since' : `since.${problem.path}`, problem.message);
  return since as ReadonlyMap<string, Position>;
};

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    throw refused('since', 'must be JSON, URL-encoded: {"system":{"epoch":"k3x9","offset":42}}');
  }
};

/** From Socket.IO's `auth`, else from the query; null where neither has it. */
const given = ({ auth, url = '' }: HandshakeRequest, field: string): unknown => {
  const own = typeof auth === 'object' && auth !== null && Object.hasOwn(auth, field);
  const value = own ? (auth as Record<string, unknown>)[field] : null;
  const query = url.indexOf('?');
  return value ?? (query < 0 ? null : new URLSearchParams(url.slice(query + 1)).get(field));
};

const refused = (path: string, message: string): CodedError =>
  new CodedError('VALIDATION_ERROR', `The handshake is not valid: ${path} ${message}`, [{ path, message }]);
