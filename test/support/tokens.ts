import { SignJWT } from 'jose';

/** `AUTH_JWT_SECRET` of the servers under test. */
export const SECRET = 'a secret of the tests, of 32 bytes or more';

interface Claims {
  readonly subject?: string;
  readonly scope?: string;
  /** Epoch seconds; in an hour where it is not said. */
  readonly expires?: number;
  readonly secret?: string;
}

export function token({ subject = 'alice', scope = 'read analyze', expires = Math.floor(Date.now() / 1000) + 3600, secret = SECRET }: Claims = {}): Promise<string> {
  return new SignJWT({ scope }).setProtectedHeader({ alg: 'HS256' }).setSubject(subject).setExpirationTime(expires).sign(new TextEncoder().encode(secret));
}
