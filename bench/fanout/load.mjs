// The load: clients over plain TCP that parse frames by hand, in a process of their own, so that they are not the bottleneck.
import { connect } from 'node:net';
import { quantile } from '../support.mjs';

const STAMP = Buffer.from('"t":"');
/** Every so many clients also read the time that each message carries. */
const SAMPLED = 10;

const [kind, url, clients, rooms, perClient] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const latencies = [];
let frames = 0;
let counting = false;

/** Walks over the frames (RFC 6455) of a stream without copying; `onFrame(buffer, start, end)` for each whole one. */
function websocketReader(onFrame) {
  let rest = null;
  return (chunk) => {
    const data = rest ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      if (data.length - at < 2) break;
      let length = data[at + 1] & 127;
      let head = 2;
      if (length === 126) {
        if (data.length - at < 4) break;
        length = data.readUInt16BE(at + 2);
        head = 4;
      } else if (length === 127) {
        if (data.length - at < 10) break;
        length = Number(data.readBigUInt64BE(at + 2));
        head = 10;
      }
      if (data.length - at < head + length) break;
      onFrame(data, at + head, at + head + length, data[at] & 15);
      at += head + length;
    }
    rest = at < data.length ? data.subarray(at) : null;
  };
}

function masked(text) {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), payload]); // a mask of zeros leaves the payload as it is
}

const roomsOf = (client) => Array.from({ length: Number(perClient) }, (_, nth) => (client + nth * 7) % Number(rooms));

function noteTime(data, start, end) {
  const at = data.indexOf(STAMP, start);
  if (at < 0 || at > end) return;
  const from = at + STAMP.length;
  latencies.push(Number(process.hrtime.bigint() - BigInt(data.latin1Slice(from, data.indexOf(34, from)))) / 1e6);
}

function open(client) {
  const mine = roomsOf(client);
  const sampled = client % SAMPLED === 0;
  return new Promise((ready, failed) => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    socket.once('error', failed);
    const count = (data, start, end) => {
      if (!counting) return;
      frames += 1;
      if (sampled) noteTime(data, start, end);
    };
    if (kind === 'nats') return openNats(socket, mine, count, ready);
    const path = kind.includes('socketio') ? '/socket.io/?EIO=4&transport=websocket' : kind === 'conclave' ? '/ws/signals' : '/';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`);
    let upgraded = false;
    let head = Buffer.alloc(0);
    const say = (text) => socket.write(masked(text));
    const join = (name) => mine.map((room) => (name === 'conclave' ? `R${room}` : String(room)));
    const read = websocketReader((data, start, end, opcode) => {
      if (opcode === 9) return void socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
      if (counting && data[start] === (kind.includes('socketio') ? 52 : 123)) {
        if (kind.includes('socketio') && end - start < 10) return; // engine.io's own
        return count(data, start, end);
      }
      const text = data.toString('utf8', start, Math.min(end, start + 200));
      if (text === '2') say('3');
      else if (text.startsWith('0{')) say('40');
      else if (text.startsWith('40')) say(kind === 'conclave-socketio' ? `421${JSON.stringify(['subscribe', { symbols: join('conclave') }])}` : `42${JSON.stringify(['join', join()])}`);
      else if (text.startsWith('{"type":"welcome"')) say(JSON.stringify({ type: 'subscribe', symbols: join('conclave') }));
      else if (text.startsWith('{"type":"ack"') || text.startsWith('431') || text.startsWith('42["joined"') || text === 'joined') ready(socket);
    });
    socket.on('data', (chunk) => {
      if (upgraded) return read(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      upgraded = true;
      if (!head.toString().startsWith('HTTP/1.1 101')) return failed(new Error(head.toString()));
      if (kind === 'ws' || kind === 'floor') say(JSON.stringify(join()));
      if (head.length > end + 4) read(head.subarray(end + 4));
    });
  });
}

/** NATS's text protocol: MSG <subject> <sid> <bytes>\r\n<payload>\r\n */
function openNats(socket, mine, count, ready) {
  let rest = null;
  let begun = false;
  socket.on('data', (chunk) => {
    const data = rest ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const end = data.indexOf('\r\n', at);
      if (end < 0) break;
      if (data[at] === 77 /* M */) {
        const line = data.latin1Slice(at, end);
        const length = Number(line.slice(line.lastIndexOf(' ') + 1));
        if (data.length < end + 4 + length) break;
        count(data, end + 2, end + 2 + length);
        at = end + 4 + length;
        continue;
      }
      const line = data.latin1Slice(at, end);
      at = end + 2;
      if (line.startsWith('INFO') && !begun) {
        begun = true;
        socket.write(`CONNECT {"verbose":false}\r\n${mine.map((room, sid) => `SUB r.${room} ${sid + 1}\r\n`).join('')}PING\r\n`);
      } else if (line.startsWith('PING')) socket.write('PONG\r\n');
      else if (line.startsWith('PONG')) ready(socket);
    }
    rest = at < data.length ? data.subarray(at) : null;
  });
}

const sockets = [];
for (let from = 0; from < Number(clients); from += 50) {
  sockets.push(...(await Promise.all(Array.from({ length: Math.min(50, Number(clients) - from) }, (_, at) => open(from + at)))));
}
process.on('message', (message) => {
  if (message === 'count') {
    frames = 0;
    latencies.length = 0;
    counting = true;
    process.send('counting');
  }
  if (message === 'report') {
    latencies.sort((a, b) => a - b);
    process.send({ frames, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) });
  }
  if (message === 'end') {
    for (const socket of sockets) socket.destroy();
    process.exit(0);
  }
});
process.send('ready');
