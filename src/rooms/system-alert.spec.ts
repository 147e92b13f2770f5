import { expect, it } from '@jest/globals';
import { systemAlert } from './system-alert.js';

const alert = { level: 'warning', code: 'FEED_STALE', message: 'No tick for 10 s', timestamp: '2026-01-01T00:00:00.000Z' } as const;

it('goes to everyone', () => {
  expect(systemAlert(alert, 'feed:1')).toEqual([{ room: 'system', messageId: 'feed:1:system', type: 'system_alert', body: JSON.stringify(alert), marketTime: Date.parse(alert.timestamp) }]);
});

it('about a symbol goes to its room too, with the same text and an id of its own', () => {
  const about = { ...alert, symbol: 'AAPL', run_id: 'r1' };
  const [inRoom, forAll] = systemAlert(about, 'run:r1:end');
  expect(inRoom).toEqual({ room: 'symbol:AAPL', messageId: 'run:r1:end', type: 'system_alert', body: JSON.stringify(about), marketTime: Date.parse(alert.timestamp) });
  expect(forAll).toEqual({ ...inRoom, room: 'system', messageId: 'run:r1:end:system' });
});
