// Bytes and server CPU of each format of the raw paths: of one encoding, and of a delivery to each of many clients.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { table } from './support.mjs';

const FORMATS = ['json', 'msgpack', 'json+deflate', 'msgpack+deflate'];
const ROUNDS = 3;
const LOADS = [{ clients: 200, perSecond: 500, seconds: 2 }, { clients: 10, perSecond: 500, seconds: 2 }];

const server = fork(new URL('./formats/server.mjs', import.meta.url));
const [{ url }] = await once(server, 'message');
const ask = async (command, rest) => {
  server.send({ command, ...rest });
  return (await once(server, 'message'))[0];
};

/** A client that subscribes and then only takes bytes away. */
function open(format) {
  const [encoding, deflate] = format.split('+');
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const offer = deflate ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : '';
  socket.write(`GET /ws/signals?format=${encoding} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${offer}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  const command = Buffer.from('{"type":"subscribe","symbol":"AAPL"}');
  return new Promise((ready, failed) => {
    let head = '';
    socket.once('error', failed);
    socket.on('data', (chunk) => {
      if (head === null) return;
      head += chunk.toString('latin1');
      if (!head.startsWith('HTTP/1.1 101'.slice(0, head.length))) failed(new Error(head));
      if (!head.includes('"ack"') && !head.includes('\xa3ack')) {
        if (head.includes('\r\n\r\n') && !socket.asked) {
          socket.asked = true;
          socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | command.length, 0, 0, 0, 0]), command])); // a mask of zeros
        }
        return;
      }
      head = null;
      ready(socket);
    });
  });
}

async function delivery(format, { clients, perSecond, seconds }) {
  const sockets = await Promise.all(Array.from({ length: clients }, () => open(format)));
  await ask('say', { perSecond, seconds: 1 });
  const costs = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { said, micros } = await ask('say', { perSecond, seconds });
    costs.push(micros / said / clients);
  }
  for (const socket of sockets) socket.destroy();
  return costs.sort((a, b) => a - b)[1];
}

const rows = [];
for (const format of FORMATS) {
  const { bytes, micros } = await ask('encoding', { format });
  const costs = [];
  for (const load of LOADS) costs.push(await delivery(format, load));
  rows.push({ format, bytes, micros, costs });
}
const own = await ask('own', { format: 'json' });
server.send({ command: 'end' });
await once(server, 'exit');

const [json] = rows;
table([
  ['votes and signals, ten to one', 'bytes a message', 'of json', 'µs to encode once', ...LOADS.map(({ clients }) => `µs a delivery, ${clients} clients`)],
  ...rows.map(({ format, bytes, micros, costs }) => [format, bytes.toFixed(0), (bytes / json.bytes).toFixed(2), micros.toFixed(1), ...costs.map((cost) => cost.toFixed(2))]),
  ['json, deflated for each client by itself', own.bytes.toFixed(0), (own.bytes / json.bytes).toFixed(2), '', ...LOADS.map(() => `+ ${own.micros.toFixed(0)}`)],
]);
