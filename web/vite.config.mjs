import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const OUT = resolve(import.meta.dirname, '../dist/web');
/** Where `npm run dev:web` finds the server. */
const SERVER = process.env['CONCLAVE_URL'] ?? 'http://127.0.0.1:8000';
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Compresses once, here, rather than at each request. */
const precompressed = () => ({
  name: 'precompressed',
  apply: 'build',
  async closeBundle() {
    const entries = await readdir(OUT, { recursive: true, withFileTypes: true });
    const texts = entries.filter((entry) => entry.isFile() && /\.(?:js|css|html|svg)$/.test(entry.name));
    await Promise.all(texts.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const body = await readFile(path);
      const [br, gz] = await Promise.all([brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }), zip(body, { level: 9 })]);
      await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
    }));
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), precompressed()],
  resolve: { alias: { 'conclave/client': resolve(import.meta.dirname, '../src/client/index.ts') } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the CSP knows files only
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': SERVER, '/ws': { target: SERVER, ws: true } } },
});
