import { afterAll, expect, test } from '@jest/globals';
import { EventClient, type EventFrame } from '../support/event-client.js';
import { cleanUp, freshDataDir, startServer } from '../support/server.js';

afterAll(cleanUp);

const post = async (url: string, path: string, body: unknown): Promise<Record<string, string>> => {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect(answer.status).toBe(201);
  return await answer.json() as Record<string, string>;
};

const EVENTS = 400;
const KILL_AFTER = 250;

test('a server that is killed while events come in loses none that it has acknowledged, and sends none again that was settled before', async () => {
  const env = { DATA_DIR: await freshDataDir() };
  const first = await startServer(env);
  const { token: groupToken } = await post(first.url, '/api/groups', { name: 'desk', market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 1, margin_usd: 50, position_mode: 'oneway' });
  const { token: triggerToken } = await post(first.url, '/api/triggers', { name: 'monitor', kind: 'external', config: {} });

  const got: string[] = [];
  /** Its settlement was certainly read: the group has had an answer to what it sent after. */
  const settled = new Set<string>();
  const group = await EventClient.group(first.ws, groupToken!, (frame, client) => {
    if (frame['type'] !== 'event' || frame['event_type'] !== 'immediate') return;
    got.push(frame['id'] as string);
    if (got.length <= 20) client.send({ type: 'ack', id: frame['id'] });
    if (got.length === 20) for (const id of got) settled.add(id);
  });
  const accepted: string[] = [];
  const trigger = await EventClient.connect(first.ws, `trigger_token=${triggerToken}`, (frame: EventFrame) => {
    if (frame['message'] === 'accepted') accepted.push(frame['id'] as string);
  });
  const event = (at: number): unknown => ({ type: 'event', event_type: 'immediate', priority: 1 + at % 10, targets: ['desk'], title: `event ${at}`, payload: '{}', tags: [] });
  let sent = 0;
  while (accepted.length < KILL_AFTER) { // as fast as it may: what is over the limit is refused and sent again
    for (let burst = 0; burst < 10 && sent - accepted.length < 30; burst += 1) trigger.send(event(sent++));
    const before = trigger.frames.length;
    await trigger.until(() => trigger.frames.length > before);
    sent = Math.min(sent, EVENTS + accepted.length);
    if (trigger.frames.at(-1)!['message'] === 'RATE_LIMITED') sent -= 1;
  }
  await group.until(() => settled.size === 20);
  await group.ask({ type: 'ping' });
  await first.kill();
  await Promise.all([group.end(), trigger.end()]);

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
  // the last write of what was settled may have been under way, as nobody was told of it
  expect(after.filter((id) => settled.has(id)).length).toBeLessThanOrEqual(20);
  back.close();
  await second.stop();
}, 60_000);
