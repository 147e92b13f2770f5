// npm run screenshots: each page in light and dark, of the built server on the simulated feed, into docs/img/. Look at them.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../test/support/tools.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/img');
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** A page a line: the file's name, the path, what is there once it may be taken; `before` brings the page to what is worth showing. */
const SHOTS = [
  { name: 'live', path: '/', ready: 'tr[data-symbol="SOL/USD"] td:nth-child(5) span', before: () => asked('AAPL', 'BTCUSDT', 'NVDA') },
  { name: 'symbol', path: '/symbols/BTCUSDT', ready: 'section[aria-label=Chart] canvas', before: () => asked('BTCUSDT') },
  { name: 'symbol-phone', path: '/symbols/AAPL', ready: 'section[aria-label=Chart] canvas', size: PHONE },
];

const only = process.argv.slice(2);
const executablePath = findChromium();
if (executablePath === null) throw new Error('This needs Chromium: install it (Debian: apt-get install chromium) or point CHROMIUM to it');
const data = mkdtempSync(join(tmpdir(), 'conclave-'));
const server = spawn(process.execPath, ['dist/main.js'], { cwd: ROOT, env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error', DATA_DIR: data, ANALYZE_PER_MINUTE: '1000' }, stdio: ['ignore', 'pipe', 'inherit'] });
let text = '';
const url = await new Promise((found) => server.stdout.on('data', (chunk) => {
  text += chunk;
  const at = /URL\s+(http:\/\/\S+)/.exec(text)?.[1];
  if (at) found(at);
}));

/** Has each symbol analysed. */
async function asked(...symbols) {
  for (const symbol of symbols) await fetch(`${url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ symbol }) });
}

mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });
for (const { name, path, ready, before, size = DESK } of SHOTS.filter((shot) => only.length === 0 || only.includes(shot.name))) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: size, colorScheme, locale: 'en-US', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.addInitScript(`localStorage.setItem('conclave.watch', ${JSON.stringify(JSON.stringify(['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY', 'BTCUSDT', 'ETHUSDT', 'BTC/USD', 'SOL/USD']))})`);
    await page.goto(url + path);
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
server.kill('SIGTERM');
await new Promise((gone) => server.once('exit', gone));
rmSync(data, { recursive: true, force: true });
