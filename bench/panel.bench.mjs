// From the trigger to the signal with five model analysts, against a local server (a process of its own) that speaks
// chat completions and takes 400 ms for each: fast and deep, one symbol and fifty at once; and the server's CPU per call.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pino } from 'pino';
import WebSocket from 'ws';
import { startApp } from '../dist/app.js';
import { loadConfig } from '../dist/config/load.js';
import { startChatServer } from '../test/support/chat-server.mjs';
import { quantile, table, temporaryFolder } from './support.mjs';

const DELAY_MS = 400;
const RUNS = 20;
const SYMBOLS = 50;

async function bench() {
  const child = fork(new URL(import.meta.url), ['chat'], { stdio: 'inherit' });
  const [chat] = await once(child, 'message');
  const symbols = Array.from({ length: SYMBOLS }, (_, at) => `S${at}`);
  const base = loadConfig({
    env: {
      PORT: '0', DATA_DIR: temporaryFolder(), SYMBOLS: symbols.join(','), OPENAI_BASE_URL: chat, OPENAI_MODEL: 'bench', LLM_DAILY_BUDGET_USD: '10000',
      SIGNAL_GENERATION_INTERVAL: '86400', PRICE_MOVE_TRIGGER: '1', ANALYZE_PER_MINUTE: '1000000',
    }, root: new URL('..', import.meta.url).pathname,
  });
  // all five are asked in every run: seats whose matter is news would abstain without any
  const seats = base.panel.seats.map((seat) => (seat.kind === 'model' ? { ...seat, role: 'technical' } : seat));
  const models = { ...base.models, providers: base.models.providers.map((each) => ({ ...each, callsInFlight: 1000 })), budgets: { day: 1e4, symbol: 1e4, requester: 1e4 } };
  const app = await startApp({ ...base, panel: { ...base.panel, seats }, models }, pino({ level: 'error' }));

  const fetched = [];
  for (let i = 0; i < RUNS; i++) fetched.push(await timed(() => fetch(`${chat}/chat/completions`, { method: 'POST', body: '{"model":"bench","messages":[]}' }).then((answer) => answer.text())));
  const client = await Client.open(app.url);
  await client.analyze('S0', 'fast'); // connections, compiled code
  await client.analyze('S0', 'deep');

  const rows = [['trigger → signal at a client, ms', 'p50', 'max', 'asked'], ['floor: one bare request to the same server', ...ms(fetched), '']];
  for (const [depth, calls] of [['fast', 1], ['deep', 3]]) {
    const took = [];
    for (let i = 0; i < RUNS; i++) took.push(await timed(() => client.analyze('S1', depth)));
    rows.push([`${depth}, five models, ${calls} ${calls === 1 ? 'call' : 'calls'} on the critical path`, ...ms(took), `≤ ${calls * DELAY_MS + (calls === 1 ? 50 : 100)}`]);
  }
  for (const [depth, calls] of [['fast', 5], ['deep', 8]]) {
    const cpu = process.cpuUsage();
    const took = await Promise.all(symbols.map((symbol) => timed(() => client.analyze(symbol, depth))));
    const { user, system } = process.cpuUsage(cpu);
    rows.push([`${depth}, ${SYMBOLS} symbols at once, ${SYMBOLS * calls} calls; ${((user + system) / 1000 / SYMBOLS / calls).toFixed(2)} ms of CPU a call`, ...ms(took), '']);
  }
  table(rows);
  client.close();
  child.kill();
  await app.stop();
  process.exit(0);
}

async function timed(act) {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

function ms(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return [quantile(sorted, 0.5).toFixed(0), sorted.at(-1).toFixed(0)];
}

/** Asks over a raw WebSocket; an analysis is over when its signal is there. */
class Client {
  #waiting = new Map();
  #signals = new Set();
  static async open(url) {
    const client = new Client();
    client.ws = new WebSocket(`${url.replace('http', 'ws')}/ws/signals`);
    client.ws.on('message', (data) => client.#hear(JSON.parse(data)));
    await once(client.ws, 'open');
    return client;
  }
  analyze(symbol, depth) {
    return new Promise((resolve, reject) => {
      const id = `${symbol}:${depth}:${performance.now()}`;
      this.#waiting.set(id, { resolve, reject });
      this.ws.send(JSON.stringify({ type: 'analyze', symbol, depth, id }));
    });
  }
  close() { this.ws.close(); }
  #hear({ type, id, data }) {
    const waiting = this.#waiting.get(id);
    if (type === 'error') waiting ? waiting.reject(new Error(data.message)) : console.error(data);
    else if (type === 'ack') this.#move(id, data.run_id, waiting);
    else if (type === 'signal_update' || (type === 'system_alert' && data.run_id)) {
      if (type === 'system_alert') console.error(data.message);
      this.#waiting.get(data.run_id)?.resolve();
      this.#waiting.delete(data.run_id);
      this.#signals.add(data.run_id);
    }
  }
  #move(id, runId, waiting) {
    this.#waiting.delete(id);
    if (this.#signals.has(runId)) waiting.resolve();
    else this.#waiting.set(runId, waiting);
  }
}

if (process.argv[2] === 'chat') {
  const { url } = await startChatServer(() => ({ delayMs: DELAY_MS }));
  process.send(url);
  process.on('disconnect', () => process.exit(0));
} else await bench();
