// Server CPU per delivery and latency of a fan-out, against stock Socket.IO, plain ws, and one bare write per client and
// message; NATS too where it is installed. All in one run: the ratios count.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { table } from './support.mjs';

const CLIENTS = 500;
const SECONDS = 4;
const WARM_UP_MS = 1500;
const SCENARIOS = [
  { name: '1,000 messages/s, one room', perSecond: 1000, rooms: 1, perClient: 1 },
  { name: '100 messages/s, one room', perSecond: 100, rooms: 1, perClient: 1 },
  { name: '1,000 messages/s, 20 rooms, each client in 10', perSecond: 1000, rooms: 20, perClient: 10 },
  { name: '100 messages/s, 20 rooms, each client in 10', perSecond: 100, rooms: 20, perClient: 10 },
];
const only = process.argv[2];
const nats = spawnSync('nats-server', ['--version']).status === 0 ? ['nats'] : [];
const KINDS = [...nats, 'floor', 'ws', 'socketio', 'conclave', 'conclave-socketio'];
const NAMES = { nats: 'NATS', floor: 'floor: a bare write', ws: 'plain ws', socketio: 'stock Socket.IO', conclave: 'Conclave, raw', 'conclave-socketio': 'Conclave, Socket.IO' };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(kind, { perSecond, rooms, perClient }) {
  const server = kind === 'nats' ? await natsServer(rooms) : await nodeServer(kind, rooms);
  const load = fork(new URL('./fanout/load.mjs', import.meta.url), [kind, server.url, CLIENTS, rooms, perClient]);
  await once(load, 'message');
  await server.say(perSecond);
  await sleep(WARM_UP_MS);
  load.send('count');
  await once(load, 'message');
  const start = await server.cpu();
  await sleep(SECONDS * 1000);
  const cpu = (await server.cpu()) - start;
  load.send('report');
  const [report] = await once(load, 'message');
  await server.stop();
  load.send('end');
  await once(load, 'exit');
  const expected = (perSecond * SECONDS * CLIENTS * perClient) / rooms;
  return { ...report, perDelivery: cpu / report.frames, arrived: report.frames / expected };
}

async function nodeServer(kind, rooms) {
  const child = fork(new URL('./fanout/server.mjs', import.meta.url), [kind, rooms]);
  const ask = async (command, rest) => {
    child.send({ command, ...rest });
    return (await once(child, 'message'))[0];
  };
  const [{ url }] = await once(child, 'message');
  let begun = false;
  return {
    url,
    say: (perSecond) => ask('say', { perSecond }),
    cpu: async () => {
      if (!begun) {
        begun = true;
        await ask('measure');
        return 0;
      }
      return (await ask('measured')).cpu;
    },
    stop: async () => {
      child.send({ command: 'stop' });
      await once(child, 'exit');
    },
  };
}

/** A publisher of our own feeds it; the CPU is the server's alone, from the system's accounts. */
async function natsServer(rooms) {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  let socket;
  for (;;) {
    socket = connect(port, '127.0.0.1');
    if (await new Promise((resolve) => { socket.once('connect', () => resolve(true)); socket.once('error', () => resolve(false)); })) break;
    await sleep(50);
  }
  socket.on('data', (data) => { if (data.includes('PING')) socket.write('PONG\r\n'); });
  socket.write('CONNECT {"verbose":false}\r\n');
  let timer;
  return {
    url: `http://127.0.0.1:${port}`,
    say: async (perSecond) => {
      const start = performance.now();
      let said = 0;
      timer = setInterval(() => {
        const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
        let text = '';
        for (; said < due; said++) {
          const payload = JSON.stringify({ type: 'agent_update', data: { t: String(process.hrtime.bigint()), symbol: 'R0', signal: 'BUY', padding: 'x'.repeat(200) } });
          text += `PUB r.${said % rooms} ${payload.length}\r\n${payload}\r\n`;
        }
        if (text) socket.write(text);
      }, 1);
    },
    cpu: async () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10_000; // ticks of 10 ms, in µs
    },
    stop: async () => {
      clearInterval(timer);
      socket.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}

for (const scenario of SCENARIOS) {
  if (only && !scenario.name.includes(only)) continue;
  const rows = [[`${scenario.name} × ${CLIENTS} clients`, 'CPU µs/delivery', 'of stock', 'p50 ms', 'p99 ms', 'arrived']];
  const results = new Map();
  for (const kind of KINDS) results.set(kind, await measure(kind, scenario));
  const stock = results.get('socketio').perDelivery;
  for (const [kind, { perDelivery, p50, p99, arrived }] of results) {
    rows.push([NAMES[kind], perDelivery.toFixed(2), (perDelivery / stock).toFixed(2), p50.toFixed(1), p99.toFixed(1), `${(100 * arrived).toFixed(0)} %`]);
  }
  table(rows);
  console.log();
}
process.exit(0);
