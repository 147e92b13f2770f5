// One raw client in every room; the clock of `process.hrtime` is the machine's, so it reads what another process wrote.
import WebSocket from 'ws';

const [url, rooms] = process.argv.slice(2);
const STAMP = Buffer.from('"t":"');
let latencies = [];
let counting = false;

const ws = new WebSocket(`${url.replace('http', 'ws')}/ws/signals`, { perMessageDeflate: false });
ws.on('open', () => ws.send(JSON.stringify({ type: 'subscribe', symbols: Array.from({ length: Number(rooms) }, (_, at) => `R${at}`) })));
ws.on('message', (data) => {
  const now = process.hrtime.bigint();
  const at = data.indexOf(STAMP);
  if (at >= 0) {
    if (counting) latencies.push(Number(now - BigInt(data.toString('latin1', at + STAMP.length, data.indexOf(34, at + STAMP.length)))) / 1e6);
  } else if (data.toString('latin1', 0, 13) === '{"type":"ack"') process.send('joined');
});
process.on('message', (command) => {
  if (command === 'begin') {
    latencies = [];
    counting = true;
  }
  if (command === 'report') {
    counting = false;
    process.send({ latencies });
  }
  if (command === 'end') process.exit(0);
});
