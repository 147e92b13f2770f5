import { expect, it } from '@jest/globals';
import type { Config } from '../config/config.js';
import { redact, secretsOf } from './redact.js';

const config = (keys: readonly string[], jwtSecret: string | null) => ({
  models: { providers: keys.map((apiKey) => ({ apiKey })) }, auth: { jwtSecret },
}) as unknown as Pick<Config, 'models' | 'auth'>;

it('takes out every secret, the longer one where one is part of another', () => {
  const secrets = secretsOf(config(['sk-key-12345', 'sk-key-12345-and-more'], 'a signing secret'));
  expect(redact('sk-key-12345-and-more, sk-key-12345, a signing secret', secrets)).toBe('[redacted], [redacted], [redacted]');
});

it('leaves words that stand for no key', () => {
  expect(redact('none of these', secretsOf(config(['none', ''], null)))).toBe('none of these');
});
