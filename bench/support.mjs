import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A row of columns, each padded to the widest of its column. */
export function table(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => String(row[at]).length)));
  for (const row of rows) console.log(row.map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at]) : String(cell).padStart(widths[at]))).join('  '));
}

export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

export const median = (values) => quantile([...values].sort((a, b) => a - b), 0.5);

/** Runs `once` for about `seconds`, after a tenth of it as warm-up; returns calls per second of CPU time and of wall time. */
export function rate(once, seconds = 3) {
  const spin = (until) => {
    let count = 0;
    while (performance.now() < until) for (let i = 0; i < 100; i++, count++) once(count);
    return count;
  };
  spin(performance.now() + seconds * 100);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = spin(start + seconds * 1000);
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / wall, perCpuSecond: count / ((user + system) / 1e6), count };
}

export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const instrument = (symbol) => ({
  symbol, name: symbol, assetClass: 'crypto', currency: 'USD', hours: 'always', tickSize: 0.01, lotSize: 0.0001,
  sources: { simulated: { timestamps: 'utc', volume: 'base' }, replay: { timestamps: 'utc', volume: 'base' } }, listed: true,
});
