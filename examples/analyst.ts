// A remote analyst in thirty lines: it buys above the mean of the last 20 closes and sells below it.
//   npx conclave token analyst --name "Mean of twenty" --owner me
//   ANALYST_TOKEN=ca_… node examples/analyst.ts        (Node 22.18 or later; before it: npx tsx examples/analyst.ts)
import { WebSocket } from 'ws';

type View = { candles: [time: number, open: number, high: number, low: number, close: number, volume: number][]; price: number };
const server = process.env['CONCLAVE_URL'] ?? 'ws://127.0.0.1:8000';

function opinion({ candles, price }: View) {
  const closes = candles.slice(-20).map(([, , , , close]) => close);
  if (closes.length < 20) return { signal: 'ABSTAIN', confidence: 0, reasoning: 'Fewer than 20 candles.' };
  const mean = closes.reduce((sum, close) => sum + close, 0) / closes.length;
  const distance = price / mean - 1;
  const confidence = Math.min(1, 0.5 + Math.abs(distance) * 100);
  return { signal: distance > 0 ? 'BUY' : 'SELL', confidence, reasoning: `${price} is ${(distance * 100).toFixed(2)} % from the mean ${mean.toFixed(2)}.` };
}

function connect(): void {
  const ws = new WebSocket(`${server}/ws/analysts`, { headers: { authorization: `Bearer ${process.env['ANALYST_TOKEN']}` } });
  ws.on('message', (text) => {
    const { type, message, data } = JSON.parse(String(text)) as { type: string; message?: string; data: { run_id: string; view: View } };
    if (type === 'analysis_request') ws.send(JSON.stringify({ type: 'opinion', data: { run_id: data.run_id, ...opinion(data.view) } }));
    else console.log(type, message ?? '', JSON.stringify(data));
  });
  ws.on('error', (error) => console.error(error.message));
  ws.on('close', (code, reason) => {
    console.log('closed', code, String(reason));
    if (code !== 1008) setTimeout(connect, 1000 + Math.random() * 2000); // 1008: the token is not valid, or is in use elsewhere
  });
}

connect();
