import { afterAll, expect, test } from '@jest/globals';
import { EventClient, type EventFrame } from '../support/event-client.js';
import { until } from '../support/until.js';
import { cleanUp, freshDataDir, startServer } from '../support/server.js';

afterAll(cleanUp);

const post = async (url: string, path: string, body: unknown): Promise<Record<string, string>> => {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect(answer.status).toBe(201);
  return await answer.json() as Record<string, string>;
};

const TRIGGERS = 4;
/** Of one connection, without being too fast. */
const EACH = 95;
const KILL_AFTER = 250;

test('a server that is killed while events come in loses none that it has acknowledged', async () => {
  const env = { DATA_DIR: await freshDataDir() };
  const first = await startServer(env);
  const { token: groupToken } = await post(first.url, '/api/groups', { name: 'desk', market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 1, margin_usd: 50, position_mode: 'oneway' });
  const tokens: string[] = [];
  for (let at = 0; at < TRIGGERS; at += 1) tokens.push((await post(first.url, '/api/triggers', { name: `monitor-${at}`, kind: 'external', config: {} }))['token']!);

  const got: string[] = [];
  const settled = new Set<string>();
  const group = await EventClient.group(first.ws, groupToken!, (frame, client) => {
    if (frame['type'] !== 'event' || frame['event_type'] !== 'immediate') return;
    got.push(frame['id'] as string);
    if (got.length <= 20) client.send({ type: 'ack', id: frame['id'] });
    if (got.length === 20) for (const id of got) settled.add(id);
  });
  const accepted: string[] = [];
  const triggers = await Promise.all(tokens.map((token) => EventClient.connect(first.ws, `trigger_token=${token}`, (frame: EventFrame) => {
    if (frame['message'] === 'accepted') accepted.push(frame['id'] as string);
  })));
  // each sends what it may at once; the kill comes in the middle
  for (const [from, trigger] of triggers.entries()) {
    for (let at = 0; at < EACH; at += 1) trigger.send({ type: 'event', event_type: 'immediate', priority: 1 + at % 10, targets: ['desk'], title: `event ${from}:${at}`, payload: '{}', tags: [] });
  }
  await Promise.all([group.until(() => settled.size === 20), until(() => accepted.length >= KILL_AFTER)]);
  await first.kill();
  await Promise.all([group, ...triggers].map((client) => client.end()));

  const second = await startServer(env);
  const after: string[] = [];
  const back = await EventClient.group(second.ws, groupToken!, (frame, client) => {
    if (frame['type'] !== 'event') return;
    if (frame['event_type'] === 'immediate') after.push(frame['id'] as string);
    client.send({ type: 'ack', id: frame['id'] });
  });
  const due = accepted.filter((id) => !settled.has(id));
  await back.until(() => due.every((id) => after.includes(id)));
  expect(accepted.length).toBeGreaterThanOrEqual(KILL_AFTER);
  expect(settled.size).toBe(20);
  expect(new Set(after).size).toBe(after.length);
  back.close();
  await second.stop();
});
