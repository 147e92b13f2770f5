import { expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import { redactUrl } from './redact-url.js';

it.each([
  ['/ws/signals?token=abc', '/ws/signals?token=***'],
  ['/ws/events?trading_group_token=a&x=1', '/ws/events?trading_group_token=***&x=1'],
  ['/ws/events?trigger_token=a%20b', '/ws/events?trigger_token=***'],
  ['/ws/analysts?a=1&analyst_token=x=y', '/ws/analysts?a=1&analyst_token=***'],
  ['/?%74oken=abc', '/?%74oken=***'],
  ['/??token=abc', '/??token=***'],
  ['/?token=a&token=b', '/?token=***&token=***'],
  ['/?client_id=me&since=%7B%7D', '/?client_id=me&since=%7B%7D'],
  ['/?token', '/?token'],
  ['/api/signals', '/api/signals'],
  ['/?%E0%A4=1&token=x', '/?%E0%A4=1&token=***'],
])('%s → %s', (url, redacted) => {
  expect(redactUrl(url)).toBe(redacted);
});

it('hides whatever the server would take for a token', () => {
  fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (before, secret) => {
    const redacted = redactUrl(`/ws?${encodeURIComponent(before)}&token=${encodeURIComponent(secret)}`);
    expect(new URL(redacted, 'http://h').searchParams.get('token')).toBe('***');
  }));
});
