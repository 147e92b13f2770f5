import type { Config } from '../config/config.js';

/** Shorter ones are no secrets but words such as `none`, which stand everywhere. */
const SHORTEST = 8;
const MASK = '[redacted]';

/** The text without the secrets: the second line of defence, nothing should have put them there. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((clean, secret) => (secret.length >= SHORTEST ? clean.replaceAll(secret, MASK) : clean), text);

/** What may stand in no log: the keys of models, the key that signs tokens. The longest first, as one may be part of another. */
export const secretsOf = ({ models, auth }: Pick<Config, 'models' | 'auth'>): readonly string[] =>
  [...models.providers.map(({ apiKey }) => apiKey), auth.jwtSecret ?? ''].sort((a, b) => b.length - a.length);
