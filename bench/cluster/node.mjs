// A node of the cluster whose feed is silent, so that nothing but the benchmark speaks; on demand it says messages itself.
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { startApp } from '../../dist/app.js';
import { loadConfig } from '../../dist/config/load.js';
import { Feed } from '../../dist/market/feeds/feed.js';
import { RoomWriter } from '../../dist/rooms/room-writer.js';
import { instrument, temporaryFolder } from '../support.mjs';

const rooms = Number(process.argv[2]);

class Silent extends Feed {
  name = 'bench';
  instruments = Array.from({ length: rooms }, (_, at) => instrument(`R${at}`));
  ownInterval() { return null; }
  now() { return Date.now(); }
  async history() { return []; }
  async start() {}
  async stop() {}
}

const feed = new Silent();
const base = loadConfig({ env: { ...process.env, PORT: '0', DATA_DIR: temporaryFolder(), WS_HEARTBEAT_INTERVAL: '300', SIGNAL_GENERATION_INTERVAL: '86400' }, root: new URL('../..', import.meta.url).pathname });
const app = await startApp({ ...base, instruments: feed.instruments }, pino({ level: 'fatal' }), feed);
const writer = app.nest.get(RoomWriter);
const padding = 'x'.repeat(300);
let timer;

function say(perSecond) {
  const start = performance.now();
  let said = 0;
  timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    for (; said < due; said++) {
      const body = `{"t":"${process.hrtime.bigint()}","padding":"${padding}"}`;
      void writer.say({ messages: [{ room: `symbol:R${said % rooms}`, messageId: `bench:${randomUUID()}`, type: 'agent_update', body }] });
    }
  }, 1);
}

process.on('message', async ({ command, perSecond }) => {
  if (command === 'say') say(perSecond);
  if (command === 'hush') clearInterval(timer);
  if (command === 'end') {
    await app.stop();
    process.exit(0);
  }
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
process.send({ url: app.url });
