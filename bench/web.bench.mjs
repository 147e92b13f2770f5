// The dashboard in Debian's Chromium: what a first visit loads, when prices are there, and frames with 50 symbols ticking ten times a second.
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';
import { findChromium } from '../test/support/tools.mjs';
import { median, quantile, table, temporaryFolder } from './support.mjs';

const VISITS = 5;
const SECONDS = Number(process.argv[2] ?? 10);
const SYMBOLS = Array.from({ length: 50 }, (_, at) => `SYM${at}`);

const executablePath = findChromium();
if (executablePath === null) throw new Error('This needs Chromium: install it (Debian: apt-get install chromium) or point CHROMIUM to it');

async function server(env) {
  const child = spawn(process.execPath, ['dist/main.js'], { env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error', DATA_DIR: temporaryFolder(), ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const url = await new Promise((found) => child.stdout.on('data', (chunk) => {
    text += chunk;
    const at = /URL\s+(http:\/\/\S+)/.exec(text)?.[1];
    if (at) found(at);
  }));
  return { url, end: () => child.kill('SIGKILL') };
}

const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });

/** A profile without a cache: bytes of scripts and styles on the wire, and milliseconds until `selector` is there. */
async function visit(url, selector) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes = [];
  page.on('response', (response) => {
    if (['script', 'stylesheet'].includes(response.request().resourceType())) sizes.push(Number(response.headers()['content-length']));
  });
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator(selector).first().waitFor();
  const ms = await page.evaluate('performance.now()');
  const { domContentLoadedEventEnd: interactive } = (await page.evaluate('performance.getEntriesByType("navigation")[0].toJSON()'));
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await context.close();
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), ms, interactive };
}

async function visits(name, url, selector) {
  const all = [];
  for (let count = 0; count < VISITS; count++) all.push(await visit(url, selector));
  const middle = (figure) => median(all.map((one) => one[figure]));
  return [name, (middle('bytes') / 1024).toFixed(1), middle('interactive').toFixed(0), middle('ms').toFixed(0)];
}

const small = await server({});
table([
  [`First visit, median of ${VISITS}`, 'JS and CSS, KiB compressed', 'interactive, ms', 'content, ms'],
  await visits('/ (a price is shown)', `${small.url}/`, 'tr[data-symbol] td:nth-child(2)'),
  await visits('/symbols/AAPL (the chart is drawn)', `${small.url}/symbols/AAPL`, 'section[aria-label=Chart] canvas'),
]);
small.end();

const busy = await server({ SYMBOLS: SYMBOLS.join(','), SIM_TICK_MS: '100' });
const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
await context.addInitScript(`localStorage.setItem('conclave.watch', ${JSON.stringify(JSON.stringify(SYMBOLS))})`);
const page = await context.newPage();
let prices = 0;
page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => (prices += String(payload).split('"price_update"').length - 1)));
await page.goto(busy.url);
await page.locator(`tr[data-symbol="${SYMBOLS.at(-1)}"]`).getByText(/BUY|SELL|HOLD/).waitFor();
const debug = await context.newCDPSession(page);
await debug.send('Performance.enable', { timeDomain: 'threadTicks' }); // its own work, whatever else the machine does
const taskSeconds = async () => (await debug.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
await page.waitForTimeout(3000); // the first analyses are over
const [pricesBefore, tasksBefore] = [prices, await taskSeconds()];
const frames = await page.evaluate(`new Promise((done) => {
  const frames = [];
  let last;
  const end = performance.now() + ${SECONDS * 1000};
  const frame = (now) => { if (last !== undefined) frames.push(now - last); last = now; if (now < end) requestAnimationFrame(frame); else done(frames); };
  requestAnimationFrame(frame);
})`);
const main = (await taskSeconds()) - tasksBefore;
const sorted = [...frames].sort((a, b) => a - b);
const took = frames.reduce((sum, frame) => sum + frame, 0) / 1000;
console.log();
table([
  [`${SYMBOLS.length} symbols, ${SECONDS} s`, 'prices a second', 'frames a second', 'median frame, ms', 'p99 frame, ms', 'main thread, of one CPU'],
  ['/', ((prices - pricesBefore) / took).toFixed(0), (frames.length / took).toFixed(1), quantile(sorted, 0.5).toFixed(1), quantile(sorted, 0.99).toFixed(1), `${((main / took) * 100).toFixed(0)} %`],
]);
busy.end();
await browser.close();
process.exit(0);
