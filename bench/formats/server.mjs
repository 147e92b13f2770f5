// The real server, which says real runs' messages again and again in the room that its clients are in.
import { constants, createDeflateRaw } from 'node:zlib';
import { pino } from 'pino';
import { startApp } from '../../dist/app.js';
import { loadConfig } from '../../dist/config/load.js';
import { Hub } from '../../dist/rooms/hub.js';
import { Packet } from '../../dist/rooms/packet.js';
import { RoomLog } from '../../dist/rooms/room-log.js';
import { Runs } from '../../dist/signals/runs.js';
import { temporaryFolder } from '../support.mjs';

const ROOM = 'symbol:AAPL';
const env = {
  PORT: '0', WS_COMPRESSION: 'true', DATA_DIR: temporaryFolder(), SIM_TICK_MS: '60000', SIGNAL_GENERATION_INTERVAL: '86400',
  WS_MAX_CONNECTIONS_PER_IP: '20000', WS_HEARTBEAT_INTERVAL: '300',
};
const app = await startApp(loadConfig({ env, root: new URL('../..', import.meta.url).pathname }), pino({ level: 'fatal' }));
const hub = app.nest.get(Hub);
const [room] = await hub.host([ROOM]);
// nine symbols' runs are longer than deflate looks back, so that it finds no message again as it was
const run = [];
for (const symbol of ['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY', 'BTCUSDT', 'ETHUSDT', 'BTC/USD', 'SOL/USD']) {
  await app.nest.get(Runs).request(symbol, 'fast', { kind: 'schedule' }).ended;
  for (const { type, body } of await app.nest.get(RoomLog).read(`symbol:${symbol}`, 0, 11, 11)) run.push({ room: ROOM, type, body });
}

/** The next message as the log's writer would hand it over. */
const next = (nth) => ({ ...run[nth % run.length], epoch: room.epoch, offset: room.cursor + 1, messageId: `bench:${nth}`, sentAt: new Date().toISOString() });

/** µs and bytes of a format for each message, encoded once per packet. */
function encoding(format) {
  const rounds = 40;
  let bytes = 0;
  const once = () => {
    for (let nth = 0; nth < run.length; nth++) bytes += Packet.logged(next(nth)).frame(format).length;
  };
  for (let round = 0; round < 20; round++) once();
  bytes = 0;
  const start = process.cpuUsage();
  for (let round = 0; round < rounds; round++) once();
  const { user, system } = process.cpuUsage(start);
  return { bytes: bytes / rounds / run.length, micros: (user + system) / rounds / run.length };
}

/** What a stream of its own costs for each client, as libraries do it: every message again, on the context of those before. */
async function ownStream(format) {
  const stream = createDeflateRaw({ level: 3 });
  const total = 20 * run.length;
  let bytes = 0;
  stream.on('data', (chunk) => { bytes += chunk.length; });
  const start = process.cpuUsage();
  for (let nth = 0; nth < total; nth++) {
    const frame = Packet.logged(next(nth)).frame(format);
    stream.write(frame.subarray(4));
    await new Promise((flushed) => stream.flush(constants.Z_SYNC_FLUSH, flushed));
  }
  const { user, system } = process.cpuUsage(start);
  stream.close();
  return { bytes: bytes / total, micros: (user + system) / total };
}

async function say({ perSecond, seconds }) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let said = 0;
  while (performance.now() - start < seconds * 1000) {
    for (const due = ((performance.now() - start) / 1000) * perSecond; said < due; said++) hub.receive(next(said));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { user, system } = process.cpuUsage(cpu);
  return { said, micros: user + system };
}

process.on('message', async ({ command, format, ...rest }) => {
  if (command === 'encoding') process.send(encoding(format));
  if (command === 'own') process.send(await ownStream(format));
  if (command === 'say') process.send(await say(rest));
  if (command === 'end') process.exit(0);
});
process.send({ url: app.url });
