// One event for 500 connected groups, through the real server: from the trigger's send to each group's receive.
// Beside it, in the same run, a bare WebSocket server that sends one ready text to 500 sockets, and nothing else.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { startApp } from '../dist/app.js';
import { loadConfig } from '../dist/config/load.js';
import { pino } from 'pino';
import { quantile, table, temporaryFolder } from './support.mjs';

const GROUPS = 500;
const EVENTS = 20;
/** One every so often: the next begins when the one before has been settled by all. */
const EVERY_MS = 500;

if (process.argv[2] === 'clients') await clients(process.argv[3], process.argv[4]);
else await bench();

async function bench() {
  const config = loadConfig({ env: { PORT: '0', DATA_DIR: temporaryFolder(), WS_MAX_CONNECTIONS: '2000', WS_MAX_CONNECTIONS_PER_IP: '2000' }, root: new URL('..', import.meta.url).pathname });
  const app = await startApp(config, pino({ level: 'error' }));
  const bare = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(bare, 'listening');
  bare.on('connection', (ws) => ws.on('message', (text) => {
    const frame = String(text);
    for (const client of bare.clients) client.send(frame);
  }));
  const child = fork(new URL(import.meta.url), ['clients', app.url, `ws://127.0.0.1:${bare.address().port}`], { stdio: 'inherit' });
  const [result] = await once(child, 'message');
  const row = (what, values, asked) => {
    const sorted = values.sort((a, b) => a - b);
    return [what, quantile(sorted, 0.5).toFixed(1), quantile(sorted, 0.99).toFixed(1), sorted.at(-1).toFixed(1), sorted.length, asked];
  };
  table([
    [`one event → each of ${GROUPS} groups`, 'p50 ms', 'p99 ms', 'max ms', 'deliveries', 'asked'],
    row('Conclave: stored, a delivery row for each, its room told', result.ours, 'p99 < 200'),
    row('floor: a bare WebSocket server, nothing stored', result.floor, ''),
    row('Conclave: the trigger\'s answer', result.answers, ''),
  ]);
  console.log(`  expected ${GROUPS * EVENTS} deliveries; every group settles each by its ack; ${result.again} came twice`);
  child.kill();
  bare.close();
  await app.stop();
  process.exit(0);
}

async function clients(url, bareUrl) {
  const post = async (path, body) => {
    const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const ws = url.replace('http', 'ws');
  const { account_id: account } = (await (await fetch(`${url}/api/accounts`)).json()).items[0];
  const names = Array.from({ length: GROUPS }, (_, at) => `group-${at}`);
  const tokens = [];
  for (const name of names) tokens.push((await post('/api/groups', { name, market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 1, margin_usd: 50, position_mode: 'oneway', account_id: account, members: [] })).token);
  const { token: triggerToken } = await post('/api/triggers', { name: 'bench', kind: 'external', config: {} });

  const sentAt = new Map();
  const [ours, floor, answers] = [[], [], []];
  const seen = new Set();
  let again = 0;
  await Promise.all(tokens.map(async (token, at) => {
    const client = new WebSocket(`${ws}/ws/events?trading_group_token=${token}`);
    client.on('message', (text) => {
      const frame = JSON.parse(String(text));
      if (frame.type !== 'event' || frame.event_type !== 'immediate') return;
      ours.push(performance.now() - sentAt.get(frame.title));
      client.send(JSON.stringify({ type: 'ack', id: frame.id }));
      if (seen.has(`${at}:${frame.id}`)) again += 1;
      seen.add(`${at}:${frame.id}`);
    });
    await once(client, 'message'); // the greeting
  }));
  const trigger = new WebSocket(`${ws}/ws/events?trigger_token=${triggerToken}`);
  await once(trigger, 'message');
  const bare = await Promise.all(names.map(async () => {
    const client = new WebSocket(bareUrl);
    await once(client, 'open');
    client.on('message', (text) => floor.push(performance.now() - sentAt.get(String(text).slice(0, 12))));
    return client;
  }));
  for (let at = 0; at < EVENTS; at += 1) {
    const title = `event ${String(at).padStart(6, '0')}`;
    sentAt.set(title, performance.now());
    trigger.send(JSON.stringify({ type: 'event', event_type: 'immediate', priority: 5, targets: names, title, payload: '{"symbol":"BTCUSDT"}', tags: ['bench'] }));
    const [answer] = await once(trigger, 'message');
    const { ok, ...rest } = JSON.parse(String(answer));
    if (!ok) throw new Error(JSON.stringify(rest));
    answers.push(performance.now() - sentAt.get(title));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const mark = `floor ${String(at).padStart(6, '0')}`;
    sentAt.set(mark, performance.now());
    bare[0].send(mark + ' '.repeat(9000));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS / 2));
  }
  process.send({ ours, floor, answers, again });
}
