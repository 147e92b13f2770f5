// Memory of an idle client, in one room and silent, against the bare library's connection. After garbage collection.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { table } from './support.mjs';

const CLIENTS = Number(process.argv[2] ?? 5000);
const ROUNDS = 3;

async function measure(kind) {
  const server = fork(new URL('./fanout/server.mjs', import.meta.url), [kind, 1], { execArgv: ['--expose-gc'] });
  const [{ url }] = await once(server, 'message');
  const memory = async () => {
    server.send({ command: 'memory' });
    return (await once(server, 'message'))[0];
  };
  const before = await memory();
  const load = fork(new URL('./fanout/load.mjs', import.meta.url), [kind, url, CLIENTS, 1, 1]);
  await once(load, 'message');
  const after = await memory();
  server.send({ command: 'stop' });
  await once(server, 'exit');
  load.send('end');
  await once(load, 'exit');
  return { heap: (after.heap - before.heap) / CLIENTS / 1024, rss: (after.rss - before.rss) / CLIENTS / 1024 };
}

const rows = [[`KiB per idle client, ${CLIENTS} clients`, 'JS heap and buffers', 'of bare', 'whole process', 'of bare']];
for (const [bare, ours, name] of [['ws', 'conclave', 'raw WebSocket'], ['socketio', 'conclave-socketio', 'Socket.IO']]) {
  const samples = { [bare]: [], [ours]: [] };
  for (let round = 0; round < ROUNDS; round++) for (const kind of [bare, ours]) samples[kind].push(await measure(kind));
  const middle = (kind, figure) => samples[kind].map((one) => one[figure]).sort((a, b) => a - b)[ROUNDS >> 1];
  for (const kind of [bare, ours]) {
    rows.push([
      kind === bare ? `${name}, bare library` : `${name}, Conclave`,
      middle(kind, 'heap').toFixed(1), (middle(kind, 'heap') / middle(bare, 'heap')).toFixed(2),
      middle(kind, 'rss').toFixed(1), (middle(kind, 'rss') / middle(bare, 'rss')).toFixed(2),
    ]);
  }
}
table(rows);
process.exit(0);
