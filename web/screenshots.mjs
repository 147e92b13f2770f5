// npm run screenshots [-- name …]: each page in light and dark, of the built server on the simulated feed, into docs/img/. Look at them.
// Orders of the main account and of one group wait for a person, a local server stands for a model, and a group of the runner is connected, so that no page is empty.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import WebSocket from 'ws';
import { startChatServer } from '../test/support/chat-server.mjs';
import { findChromium } from '../test/support/tools.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/img');
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const SYMBOLS = ['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY', 'BTCUSDT', 'ETHUSDT', 'BTC/USD', 'SOL/USD'];

/** A page a line: the file's name, the path (or what finds it), what is there once it may be taken; `before` brings the page to what is worth showing. */
const SHOTS = [
  { name: 'live', path: '/', ready: 'tr[data-symbol="SOL/USD"] td:nth-child(5) span', before: () => asked('AAPL', 'BTCUSDT', 'NVDA') },
  { name: 'symbol', path: '/symbols/BTCUSDT', ready: 'section[aria-label=Chart] canvas', before: () => asked('BTCUSDT') },
  { name: 'symbol-phone', path: '/symbols/AAPL', ready: 'section[aria-label=Chart] canvas', size: PHONE },
  { name: 'signal', path: async () => `/signals/${(await get('/api/signals?symbol=BTCUSDT&limit=1')).items[0].signal_id}`, ready: 'main h1' },
  { name: 'analysts', path: '/analysts', ready: 'main table' },
  { name: 'trading', path: '/trading', ready: 'main' },
  { name: 'agents', path: '/trading/agents', ready: 'main table' },
  { name: 'agent', path: '/trading/agents/trend-follower', ready: 'main h1' },
  { name: 'asset', path: '/trading/assets/SOL%2FUSD', ready: 'main h1' },
  { name: 'orders', path: '/trading/orders', ready: 'main table' },
  { name: 'approvals', path: '/trading/approvals', ready: 'main' },
  { name: 'approvals-phone', path: '/trading/approvals', ready: 'main', size: PHONE },
  { name: 'ai-logs', path: '/ai-logs', ready: 'main table' },
  { name: 'operations', path: '/operations', ready: 'main' },
  { name: 'groups', path: '/groups', ready: 'tr[data-group] [data-presence=connected]' },
  { name: 'group', path: '/groups/btc_desk', ready: 'article[data-discussion]' },
];

const only = process.argv.slice(2);
const executablePath = findChromium();
if (executablePath === null) throw new Error('This needs Chromium: install it (Debian: apt-get install chromium) or point CHROMIUM to it');
const scratch = mkdtempSync(join(tmpdir(), 'conclave-'));
cpSync(join(ROOT, 'config'), join(scratch, 'config'), { recursive: true });
edit('risk.yaml', (text) => text.replace('  policies:\n', '  policies:\n    - {accounts: [main], needed: 1}\n    - {origins: [group], symbols: [ETHUSDT], needed: 1}\n'));
edit('agents.yaml', (text) => text.replaceAll('interval_s: 180', 'interval_s: 60'));

const chat = await startChatServer(({ body }) => ({ delayMs: 300, text: JSON.stringify(said(body)) }));
const model = { OPENAI_BASE_URL: chat.url, OPENAI_API_KEY: 'local', OPENAI_MODEL: 'local' };
const server = spawn(process.execPath, ['test/support/start-with-root.mjs', scratch], {
  cwd: ROOT, env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', DATA_DIR: join(scratch, 'data'), ANALYZE_PER_MINUTE: '1000', ...model }, stdio: ['ignore', 'pipe', 'inherit'],
});
process.on('exit', () => server.kill('SIGTERM'));
let text = '';
const url = await new Promise((found) => server.stdout.on('data', (chunk) => {
  text += chunk;
  const at = /^URL\s+(http:\/\/\S+)/m.exec(text)?.[1];
  if (at) found(at);
}));

const { token } = await post('/api/groups', { name: 'btc_desk', market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 2, margin_usd: 100, position_mode: 'oneway' });
await post('/api/triggers', { name: 'btc_moves', kind: 'price_move', config: { symbol: 'BTCUSDT', change_pct: 0.5, window_s: 300, targets: ['btc_desk'] } });
const runner = spawn(process.execPath, ['dist/cli/conclave.js', 'group', '--url', url, '--token', token], { cwd: ROOT, env: { PATH: process.env.PATH }, stdio: 'ignore' });
process.on('exit', () => runner.kill('SIGTERM'));
await asked(...SYMBOLS);
const desk = await post('/api/groups', { name: 'eth_desk', market: 'crypto', symbol: 'ETHUSDT', interval: '15m', leverage: 2, margin_usd: 250, position_mode: 'oneway' });
await ordered(desk.token, 'ETHUSDT', 'LONG');
await until(async () => (await get('/api/groups/btc_desk')).connected);
for (const preset of ['signal', 'news']) await post('/api/groups/btc_desk/test-event', { preset });
await until(async () => (await get('/api/groups/btc_desk/discussions')).items.length > 1);
await until(async () => (await get('/api/approvals')).items.length > 0);
await until(async () => (await get('/api/agents/trend-follower/decisions')).length > 0);

mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });
for (const { name, path, ready, before, size = DESK } of SHOTS.filter((shot) => only.length === 0 || only.includes(shot.name))) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: size, colorScheme, locale: 'en-US', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.addInitScript(`localStorage.setItem('conclave.watch', ${JSON.stringify(JSON.stringify(SYMBOLS))})`);
    await page.goto(url + (typeof path === 'string' ? path : await path()));
    await page.locator(ready).first().waitFor();
    await before?.();
    await page.waitForTimeout(1500); // the canvas is drawn, lines have their points
    const file = join(OUT, `${name}-${colorScheme}.png`);
    await page.screenshot({ path: file });
    console.log(file.slice(ROOT.length + 1));
    await context.close();
  }
}
await browser.close();
runner.kill('SIGTERM');
server.kill('SIGTERM');
await new Promise((gone) => server.once('exit', gone));
await chat.close();
rmSync(scratch, { recursive: true, force: true });

function edit(name, change) {
  const file = join(scratch, 'config', name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

async function get(path) {
  return (await fetch(url + path)).json();
}

async function post(path, body) {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Has each symbol analysed. */
async function asked(...symbols) {
  for (const symbol of symbols) await post('/api/analyze', { symbol });
}

/** Has a group want a trade, whatever the panel votes by then. */
async function ordered(groupToken, symbol, action) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/events?trading_group_token=${groupToken}`);
  const answered = new Promise((resolve, reject) => {
    socket.once('message', () => { // connected
      socket.once('message', (text) => (JSON.parse(String(text)).ok ? resolve() : reject(new Error(String(text)))));
      socket.send(JSON.stringify({
        type: 'event', event_type: 'post_trade', priority: 5, targets: ['trade_execution'], title: `${action} ${symbol}`,
        payload: JSON.stringify({ symbol, signal: { action, qty: 0, confidence: 0.7 } }), condition: { domain: 'trade_decision', trace: { correlation_id: 'screenshots' } },
      }));
    });
    socket.once('error', reject);
  });
  await answered.finally(() => socket.close());
}

async function until(fits) {
  for (const end = Date.now() + 120_000; !await fits();) {
    if (Date.now() > end) throw new Error(`This did not come about within two minutes: ${fits}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** What stands for a model: an opinion that leans with the symbol, in whatever form is asked for. */
function said(body) {
  const form = body.response_format?.json_schema?.name ?? '';
  if (/decision/.test(form) && !/group/.test(form)) return { reasoning: 'The trend holds, and the panel backs it; nothing is to be changed.', decisions: [] };
  return { signal: 'BUY', confidence: 0.72, reasoning: ['The structure broke upwards, and the pullback held above the last swing.'], target_price: null, stop_loss: null, cites: [] };
}
