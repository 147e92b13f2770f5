// What Redis adds: latency of a message said on one node for a client on another, against a client on the same node, and
// the CPU of a node that hosts none of the rooms. Real nodes in processes of their own, a real Redis and PostgreSQL.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { register } from 'node:module';
import { quantile, table } from './support.mjs';
import { startPostgres } from '../test/support/postgres-server.mjs';

register('../test/support/typescript-hooks.mjs', import.meta.url);
const { RedisServer } = await import('../test/support/redis-server.ts');

const SECONDS = 8;
const WARM_UP_MS = 4000;
const ROOMS = 50;
const NAMES = ['hosts all of the rooms', 'hosts none of them'];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const [redis, postgres] = await Promise.all([RedisServer.start(), startPostgres()]);
const env = { PATH: process.env.PATH, DATABASE_URL: postgres.url, REDIS_URL: redis.url };

async function node() {
  const child = fork(new URL('./cluster/node.mjs', import.meta.url), [String(ROOMS)], { env });
  const ask = async (command, more = {}) => {
    child.send({ command, ...more });
    return (await once(child, 'message'))[0];
  };
  const [{ url }] = await once(child, 'message');
  return { url, ask, end: async () => { child.send({ command: 'end' }); await once(child, 'exit'); } };
}

/** One client in all rooms, in a process of its own. */
async function listener(url) {
  const child = fork(new URL('./cluster/listener.mjs', import.meta.url), [url, String(ROOMS)]);
  await once(child, 'message');
  return {
    begin: () => child.send('begin'),
    report: async () => { child.send('report'); return (await once(child, 'message'))[0].latencies.sort((a, b) => a - b); },
    end: async () => { child.send('end'); await once(child, 'exit'); },
  };
}

const speaker = await node();
const [hosting, idle] = [await node(), await node()];
const [there, here] = [await listener(hosting.url), await listener(speaker.url)];

const rows = [['a message said on node B, to a client on', 'messages/s', 'p50 ms', 'p99 ms', 'arrived', 'added p50 ms', 'added p99 ms']];
const costs = [['CPU of a node that', 'messages/s', 'ms/s', 'ms/s in silence', 'µs for each message']];
const spoken = [];
for (const perSecond of [100, 500]) {
  await speaker.ask('say', { perSecond });
  await sleep(WARM_UP_MS);
  for (const each of [there, here]) each.begin();
  const spent = await cpu([hosting, idle]);
  const [far, near] = [await there.report(), await here.report()];
  await speaker.ask('hush');
  const arrived = (list) => `${Math.round((100 * list.length) / (perSecond * SECONDS))} %`;
  const row = (name, list, base) => [name, perSecond, quantile(list, 0.5).toFixed(2), quantile(list, 0.99).toFixed(2), arrived(list),
    base ? (quantile(list, 0.5) - quantile(base, 0.5)).toFixed(2) : '', base ? (quantile(list, 0.99) - quantile(base, 0.99)).toFixed(2) : ''];
  rows.push(row('B itself', near), row('A, through Redis', far, near));
  spoken.push({ perSecond, spent });
}
const silence = await cpu([hosting, idle]); // last, as all code is warm then
for (const { perSecond, spent } of spoken) {
  for (const [at, name] of NAMES.entries()) {
    const above = ((spent[at] - silence[at]) / (perSecond * SECONDS)) * 1000;
    costs.push([name, perSecond, (spent[at] / SECONDS).toFixed(1), (silence[at] / SECONDS).toFixed(1), above.toFixed(1)]);
  }
}
table(rows);
console.log();
table(costs);
await Promise.all([there.end(), here.end()]);
await Promise.all([speaker.end(), hosting.end(), idle.end()]);
await redis.remove();
await postgres.remove();
process.exit(0);

/** Milliseconds of CPU that the nodes spend while it is measured. */
async function cpu(nodes) {
  const before = await Promise.all(nodes.map((each) => each.ask('cpu')));
  await sleep(SECONDS * 1000);
  const after = await Promise.all(nodes.map((each) => each.ask('cpu')));
  return after.map(({ cpu: end }, at) => (end - before[at].cpu) / 1000);
}
