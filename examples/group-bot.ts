// A trading group that is one algorithm: it is long while EMA12 is above EMA26 and short below it, and looks once a minute.
//   npx conclave groups create --name ema_bot --symbol BTCUSDT   (it shows the token, once)
//   GROUP_TOKEN=cg_… npx tsx examples/group-bot.ts               (Node 22.18 and later run it by themselves)
import { WebSocket } from 'ws';

type Frame = { type: string; ok?: boolean; message?: string; id?: string; event_type?: string; payload?: string; config?: { symbol: string } };
type Row = { time: string; ema12: number | null; ema26: number | null };
const server = process.env['CONCLAVE_URL'] ?? 'ws://127.0.0.1:8000';
const every = (ms: number, work: () => Promise<void>) => (void work(), setInterval(() => void work(), ms));
let side = '';

async function look(ws: WebSocket, symbol: string): Promise<void> {
  const answer = await fetch(`${server.replace(/^ws/, 'http')}/api/market/indicators?symbol=${encodeURIComponent(symbol)}&limit=1`);
  const last = ((await answer.json()) as { items?: Row[] }).items?.[0];
  if (last?.ema12 == null || last.ema26 == null) return console.log('not warm yet');
  const action = last.ema12 > last.ema26 ? 'LONG' : 'SHORT';
  if (action === side || ws.readyState !== WebSocket.OPEN) return;
  const trace = { correlation_id: `ema:${symbol}:${last.time}`, idempotency_key: `ema:${symbol}:${last.time}:${action}` }; // the same candle, the same order
  ws.send(JSON.stringify({
    type: 'event', event_type: 'post_trade', priority: 5, targets: ['trade_execution'], title: `EMA crossover: ${action} ${symbol}`,
    payload: JSON.stringify({ symbol, signal: { action: (side = action), qty: 0, margin_usd: 50 } }), condition: { domain: 'trade_decision', trace },
  }));
}
function connect(): void {
  const ws = new WebSocket(`${server}/ws/events?trading_group_token=${process.env['GROUP_TOKEN']}`);
  let timer: NodeJS.Timeout | undefined;
  ws.on('message', (text) => {
    const frame = JSON.parse(String(text)) as Frame;
    console.log(frame.event_type ?? frame.type, frame.message ?? frame.payload ?? '', frame.ok === false ? JSON.stringify(frame) : '');
    if (frame.config) timer = every(60_000, () => look(ws, frame.config!.symbol));
    if (frame.type === 'event') ws.send(JSON.stringify({ type: 'ack', id: frame.id })); // settled: it does not come again
  });
  ws.on('error', (error) => console.error(error.message)).on('close', (code, reason) => {
    clearInterval(timer);
    console.log('closed', code, String(reason));
    if (code !== 1008) setTimeout(connect, 1000 + Math.random() * 2000); // 1008: the token is not valid, or is in use elsewhere
  });
}
connect();
