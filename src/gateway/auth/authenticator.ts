import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { Config } from '../../config/config.js';
import { CodedError } from '../../model/codes.js';
import { SCOPES } from '../../model/scope.js';
import type { Scope } from '../../model/scope.js';
import type { Principal } from './principal.js';

/** The secret signs HS256 and nothing else, so that a published key can never be taken for it. */
const SECRET_ALGORITHMS = ['HS256'];
const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const CLOCK_TOLERANCE_S = 5;
const KEYS_TIMEOUT_MS = 5_000;
const MAX_TOKEN = 8_192;
const EVERY_SCOPE: ReadonlySet<Scope> = new Set(SCOPES);
// a subject is a part of a room's name; `anonymous:` names clients without a token
const SUBJECT = /^(?!anonymous:)[^\p{Cc}]{1,255}$/u;

type AuthConfig = Pick<Config['auth'], 'required' | 'jwtSecret' | 'jwksUrl' | 'audience' | 'issuer'>;

/** Makes principals of JSON Web Tokens (RFC 7519), signed with the shared secret or a key of the JWKS. */
export class Authenticator {
  readonly #secret: Uint8Array | null;
  readonly #keys: JWTVerifyGetKey | null;

  /** @throws where the secret is shorter than 32 bytes, or tokens are required and nothing can check one. */
  constructor(
    private readonly config: AuthConfig,
    private readonly now: () => number = Date.now,
  ) {
    this.#secret = config.jwtSecret === null ? null : new TextEncoder().encode(config.jwtSecret);
    if (this.#secret && this.#secret.length < 32) {
      throw new Error(`AUTH_JWT_SECRET has ${this.#secret.length} bytes: HS256 needs 32 or more, make one by \`openssl rand -base64 48\``);
    }
    this.#keys = config.jwksUrl === null ? null : publishedKeys(config.jwksUrl);
    if (config.required && !this.#secret && !this.#keys) {
      throw new Error('AUTH_REQUIRED is set and no token can be checked: set AUTH_JWT_SECRET or AUTH_JWKS_URL');
    }
  }

  /** @throws CodedError TOKEN_INVALID, TOKEN_EXPIRED, or NOT_READY where the host of the keys is away. */
  async verify(token: string): Promise<Principal> {
    return principalOf(await this.#payload(token));
  }

  /**
   * Whoever connects or asks: by the token, else anonymous; null where a token is required and there is none. A server
   * that can check no token and requires none ignores the one that it gets: everyone is anonymous there.
   */
  async identify(token: string | null, clientId: string): Promise<Principal | null> {
    const ignored = !this.config.required && !this.#secret && !this.#keys;
    return token === null || ignored ? this.anonymous(clientId) : this.verify(token);
  }

  /** A client without a token: every scope, or null where a token is required. */
  private anonymous(clientId: string): Principal | null {
    if (this.config.required) return null;
    return { subject: `anonymous:${clientId}`, scopes: EVERY_SCOPE, expiresAt: null, anonymous: true };
  }

  async #payload(token: string): Promise<JWTPayload> {
    try {
      const bySecret = algorithmOf(token) === 'HS256';
      if (bySecret && this.#secret) {
        return (await jwtVerify(token, this.#secret, this.#options(SECRET_ALGORITHMS))).payload;
      }
      if (!bySecret && this.#keys) {
        return (await jwtVerify(token, this.#keys, this.#options(PUBLIC_KEY_ALGORITHMS))).payload;
      }
    } catch (error) {
      throw refusal(error);
    }
    throw invalid(`this server takes tokens signed by ${this.#accepted()}`);
  }

  #options(algorithms: string[]): JWTVerifyOptions {
    const { audience, issuer } = this.config;
    return {
      algorithms,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(this.now()),
      ...(audience === null ? {} : { audience }),
      ...(issuer === null ? {} : { issuer }),
    };
  }

  #accepted(): string {
    const accepted = [...(this.#secret ? SECRET_ALGORITHMS : []), ...(this.#keys ? PUBLIC_KEY_ALGORITHMS : [])];
    return accepted.join(', ') || 'nobody (neither AUTH_JWT_SECRET nor AUTH_JWKS_URL is set): connect without one';
  }
}

/** The keys cannot be read just now; says nothing about the token. */
class KeysAway extends Error {}

/** Keys of a JWKS (RFC 7517), kept 10 minutes, read again for an unknown `kid`. */
const publishedKeys = (url: string): JWTVerifyGetKey => {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: KEYS_TIMEOUT_MS });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const ofTheToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
      if (ofTheToken.some((kind) => error instanceof kind)) throw error;
      throw new KeysAway('The JWKS cannot be read', { cause: error });
    }
  };
};

const algorithmOf = (token: string): string | undefined => {
  if (token.length > MAX_TOKEN) throw invalid(`it is longer than ${MAX_TOKEN} characters`);
  try {
    return decodeProtectedHeader(token).alg;
  } catch (cause) {
    throw caused(invalid('it is not a signed JSON Web Token'), cause);
  }
};

const principalOf = (payload: JWTPayload): Principal => {
  const { sub, exp } = payload;
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
    throw invalid('`sub` must be 1 to 255 characters without control characters, not beginning with "anonymous:"');
  }
  return { subject: sub, scopes: scopesOf(payload), expiresAt: exp === undefined ? null : exp * 1000, anonymous: false };
};

/** Scopes of `scope` (RFC 8693, space-separated) or `scopes`; those that nobody knows are left out. */
const scopesOf = ({ scope, scopes }: JWTPayload): ReadonlySet<Scope> => {
  const claimed = new Set([scope, scopes].flatMap((claim) => (typeof claim === 'string' ? claim.split(' ') : claim)));
  return new Set(SCOPES.filter((known) => claimed.has(known)));
};

const refusal = (error: unknown): CodedError => {
  if (error instanceof CodedError) return error;
  if (error instanceof errors.JWTExpired) {
    return new CodedError('TOKEN_EXPIRED', 'The token has expired: get a new one and send it by `authenticate`, or connect again');
  }
  if (error instanceof KeysAway) {
    const away = new CodedError('NOT_READY', 'The keys that check tokens cannot be read: try again soon', [], { retry_after_ms: 2_000 });
    return caused(away, error.cause);
  }
  return caused(invalid(error instanceof errors.JOSEError ? reasonOf(error) : 'it cannot be read'), error);
};

const reasonOf = (error: errors.JOSEError): string => {
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim \`${error.claim}\` is not accepted here`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'no published key fits it (`kid`)';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'several published keys fit it: name one by `kid`';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not accepted here';
  return 'it is not a signed JSON Web Token';
};

const invalid = (reason: string): CodedError => new CodedError('TOKEN_INVALID', `The token is not valid: ${reason}`);

const caused = (error: CodedError, cause: unknown): CodedError => {
  error.cause = cause;
  return error;
};
