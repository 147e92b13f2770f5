// The servers that are compared. Each says so many messages a second, to one room after the other, and counts its own CPU.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const [kind, rooms] = process.argv.slice(2);
const PADDING = 'x'.repeat(200);
const stamp = () => String(process.hrtime.bigint());

/** Calls `say(room)` `perSecond` times a second, as evenly as a timer of 1 ms allows. */
function pace(perSecond, say) {
  const start = performance.now();
  let said = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    for (; said < due; said++) say(said % Number(rooms));
  }, 1);
  return () => clearInterval(timer);
}

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
const data = () => ({ t: stamp(), symbol: 'R0', signal: 'BUY', padding: PADDING });

const servers = {
  async socketio() {
    const { Server } = await import('socket.io');
    const http = createServer();
    const io = new Server(http, { serveClient: false, pingInterval: 300_000 });
    io.on('connection', (socket) => socket.on('join', (names) => {
      for (const name of names) void socket.join(name);
      socket.emit('joined');
    }));
    return { url: await listening(http), say: (room) => io.to(String(room)).emit('agent_update', data()) };
  },

  async ws() {
    const { WebSocketServer } = await import('ws');
    const http = createServer();
    const wss = new WebSocketServer({ server: http });
    const members = Array.from({ length: Number(rooms) }, () => new Set());
    wss.on('connection', (ws) => ws.once('message', (names) => {
      for (const name of JSON.parse(names)) members[Number(name)].add(ws);
      ws.send('joined');
    }));
    return {
      url: await listening(http),
      say: (room) => {
        const text = JSON.stringify({ type: 'agent_update', data: data() });
        for (const ws of members[room]) ws.send(text);
      },
    };
  },

  /** Nothing but one `send` for each client and message, the frame made once. */
  async floor() {
    const http = createServer();
    const members = Array.from({ length: Number(rooms) }, () => new Set());
    http.on('upgrade', (request, socket) => {
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.setNoDelay(true);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      socket.once('data', (frame) => {
        const long = (frame[1] & 127) === 126;
        for (const name of JSON.parse(frame.subarray(long ? 8 : 6).toString())) members[Number(name)].add(socket);
        socket.write(frameOf('joined'));
      });
      socket.on('error', () => {});
    });
    return {
      url: await listening(http),
      say: (room) => {
        const frame = frameOf(JSON.stringify({ type: 'agent_update', data: data() }));
        for (const socket of members[room]) socket.write(frame);
      },
    };
  },

  /** The real server; messages are handed to the hub as the log's writer does it. */
  async conclave() {
    const { pino } = await import('pino');
    const { startApp } = await import('../../dist/app.js');
    const { loadConfig } = await import('../../dist/config/load.js');
    const { Hub } = await import('../../dist/rooms/hub.js');
    const { instrument, temporaryFolder } = await import('../support.mjs');
    const { Feed } = await import('../../dist/market/feeds/feed.js');
    class Silent extends Feed {
      name = 'bench';
      instruments = Array.from({ length: Number(rooms) }, (_, at) => instrument(`R${at}`));
      ownInterval() { return null; }
      now() { return Date.now(); }
      async history() { return []; }
      async start() {}
      async stop() {}
    }
    const base = loadConfig({ env: { PORT: '0', DATA_DIR: temporaryFolder(), WS_MAX_CONNECTIONS: '20000', WS_MAX_CONNECTIONS_PER_IP: '20000', WS_HEARTBEAT_INTERVAL: '300', SIGNAL_GENERATION_INTERVAL: '86400' }, root: new URL('../..', import.meta.url).pathname });
    const feed = new Silent();
    const app = await startApp({ ...base, instruments: feed.instruments }, pino({ level: 'fatal' }), feed);
    const hub = app.nest.get(Hub);
    const open = await hub.host(feed.instruments.map(({ symbol }) => `symbol:${symbol}`));
    let id = 0;
    return {
      url: app.url,
      say: (room) => {
        const { name, epoch, cursor } = open[room];
        hub.receive({ room: name, epoch, offset: cursor + 1, messageId: `bench:${++id}`, type: 'agent_update', body: JSON.stringify(data()), sentAt: new Date().toISOString() });
      },
    };
  },
};

function frameOf(text) {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}

const { url, say } = await servers[kind.startsWith('conclave') ? 'conclave' : kind]();
let stop = () => {};
let cpu;
process.on('message', ({ command, perSecond }) => {
  if (command === 'say') {
    stop = pace(perSecond, say);
    process.send('saying');
  }
  if (command === 'measure') {
    cpu = process.cpuUsage();
    process.send('measuring');
  }
  if (command === 'measured') {
    const { user, system } = process.cpuUsage(cpu);
    process.send({ cpu: user + system });
  }
  if (command === 'memory') {
    // twice, with a turn between, for what only finalizers free
    globalThis.gc();
    setTimeout(() => {
      globalThis.gc();
      const { heapUsed, external, rss } = process.memoryUsage();
      process.send({ heap: heapUsed + external, rss });
    }, 500);
  }
  if (command === 'stop') {
    stop();
    process.exit(0);
  }
});
process.send({ url });
