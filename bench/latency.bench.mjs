// From a tick at the feed to its signal_update at the clients, through the real server: 100 symbols, 200 clients
// (half Socket.IO, half raw WebSocket) in a process of their own, each subscribed to five symbols.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pino } from 'pino';
import { startApp } from '../dist/app.js';
import { loadConfig } from '../dist/config/load.js';
import { SimulatedFeed } from '../dist/market/feeds/simulated.js';
import { Feed } from '../dist/market/feeds/feed.js';
import { instrument, quantile, table, temporaryFolder } from './support.mjs';

const SYMBOLS = 100;
const CLIENTS = 200;
const PER_CLIENT = 5;
const TICKS_PER_SECOND = 50;
const SECONDS = 15;

/** History of the simulated feed; ticks when the benchmark says so, each a move of more than 1 %. */
class BenchFeed extends Feed {
  name = 'bench';
  instruments = Array.from({ length: SYMBOLS }, (_, at) => instrument(`S${at}`));
  #past = new SimulatedFeed({ instruments: this.instruments, seed: 1, tickMs: 1000 });
  #sink = null;
  #direction = new Map();
  ownInterval() { return null; }
  now() { return Date.now(); }
  history(...args) { return this.#past.history(...args); }
  async start(sink) { this.#sink = sink; }
  async stop() {}
  move(symbol, last) {
    const up = !this.#direction.get(symbol);
    this.#direction.set(symbol, up);
    this.#sink.tick({ symbol, price: last * (up ? 1.03 : 1 / 1.03), volume: 1, time: Date.now() });
  }
}

if (process.argv[2] === 'clients') await clients(process.argv[3]);
else await bench();

async function bench() {
  const feed = new BenchFeed();
  const base = loadConfig({ env: { PORT: '0', DATA_DIR: temporaryFolder(), WS_MAX_CONNECTIONS_PER_IP: '1000', SIGNAL_GENERATION_INTERVAL: '86400' }, root: new URL('..', import.meta.url).pathname });
  const config = { ...base, instruments: feed.instruments, watch: { ...base.watch, cooldownMs: 0 } };
  const app = await startApp(config, pino({ level: 'error' }), feed);
  const { Market } = await import('../dist/market/market.js');
  const market = app.nest.get(Market);

  const child = fork(new URL(import.meta.url), ['clients', app.url], { stdio: 'inherit' });
  await once(child, 'message');
  const cpu = process.cpuUsage();
  for (let tick = 0; tick < TICKS_PER_SECOND * SECONDS; tick++) {
    const symbol = `S${tick % SYMBOLS}`;
    const { price } = market.lastPrice(symbol);
    const at = process.hrtime.bigint();
    feed.move(symbol, price);
    child.send({ symbol, at: String(at) });
    await new Promise((resolve) => setTimeout(resolve, 1000 / TICKS_PER_SECOND));
  }
  const { user, system } = process.cpuUsage(cpu);
  child.send('done');
  const [result] = await once(child, 'message');
  const sorted = result.latencies.sort((a, b) => a - b);
  table([
    ['tick at the feed → signal_update at a client', 'p50 ms', 'p99 ms', 'max ms', 'deliveries', 'asked'],
    [`${SYMBOLS} symbols, ${CLIENTS} clients, ${TICKS_PER_SECOND} runs a second`, quantile(sorted, 0.5).toFixed(2), quantile(sorted, 0.99).toFixed(2), sorted.at(-1).toFixed(2), sorted.length, 'p99 < 25'],
    ['floor: a bare WebSocket echo in the same run', quantile(result.floor, 0.5).toFixed(2), quantile(result.floor, 0.99).toFixed(2), result.floor.at(-1).toFixed(2), result.floor.length, ''],
  ]);
  console.log(`  expected ${TICKS_PER_SECOND * SECONDS * ((CLIENTS * PER_CLIENT) / SYMBOLS)} deliveries; server CPU ${(100 * (user + system) / 1e6 / SECONDS).toFixed(0)} %`);
  child.kill();
  await app.stop();
  process.exit(0);
}

/** The clock of `process.hrtime` is the machine's, so both processes read the same. */
async function clients(url) {
  const { default: WebSocket, WebSocketServer } = await import('ws');
  const { io } = await import('socket.io-client');
  const latencies = [];
  const sentAt = new Map();
  process.on('message', (message) => {
    if (message === 'done') return void setTimeout(finish, 1000);
    const list = sentAt.get(message.symbol) ?? [];
    sentAt.set(message.symbol, list);
    list.push(BigInt(message.at));
  });
  const floor = await echoFloor(WebSocket, WebSocketServer);
  const opened = [];
  const received = [];
  for (let at = 0; at < CLIENTS; at++) {
    const symbols = Array.from({ length: PER_CLIENT }, (_, nth) => `S${(at + nth * (SYMBOLS / PER_CLIENT)) % SYMBOLS}`);
    opened.push(at % 2 === 0 ? openSocketIo(symbols) : openRaw(symbols));
  }
  await Promise.all(opened);
  // what subscribing set off must be over
  await new Promise((resolve) => setTimeout(resolve, 3000));
  received.length = 0;
  process.send('ready');

  function got(symbol, client) { received.push({ symbol, client, now: process.hrtime.bigint() }); }
  function openSocketIo(symbols) {
    const socket = io(url, { transports: ['websocket'], forceNew: true });
    const client = {};
    socket.on('signal_update', ({ symbol }, meta) => { if (!meta.snapshot) got(symbol, client); });
    return new Promise((resolve) => socket.emit('subscribe', { symbols }, resolve));
  }
  function openRaw(symbols) {
    const ws = new WebSocket(url.replace('http', 'ws') + '/ws/signals');
    const client = {};
    return new Promise((resolve) => {
      ws.on('open', () => ws.send(JSON.stringify({ type: 'subscribe', symbols })));
      ws.on('message', (data) => {
        const text = data.toString();
        if (text.startsWith('{"type":"ack"')) return resolve();
        if (!text.startsWith('{"type":"signal_update"') || text.includes('"snapshot":true')) return;
        got(/"symbol":"([^"]+)"/.exec(text)[1], client);
      });
    });
  }
  function finish() {
    const counts = new Map();
    for (const { symbol, client, now } of received) {
      const mine = counts.get(client) ?? new Map();
      counts.set(client, mine);
      const nth = mine.get(symbol) ?? 0;
      mine.set(symbol, nth + 1);
      const at = sentAt.get(symbol)?.[nth];
      if (at !== undefined) latencies.push(Number(now - at) / 1e6);
    }
    process.send({ latencies, floor });
  }
}

async function echoFloor(WebSocket, WebSocketServer) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (ws) => ws.on('message', (data) => ws.send(data)));
  const ws = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
  await once(ws, 'open');
  const times = [];
  const text = 'x'.repeat(4000);
  for (let i = 0; i < 2000; i++) {
    const start = process.hrtime.bigint();
    ws.send(text);
    await once(ws, 'message');
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  ws.close();
  server.close();
  return times.sort((a, b) => a - b);
}
