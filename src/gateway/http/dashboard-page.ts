import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** First segments of the page's own paths; below them its router decides. Everything else is the server's. */
const PAGES = new Set(['', 'symbols', 'signals', 'analysts', 'trading', 'groups', 'ai-logs', 'operations']);
/** Names with a hash: their content never changes. */
const HASHED = '/assets/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.woff2': 'font/woff2',
};
const ENCODINGS = [['br', '.br'], ['gzip', '.gz']] as const;
const NOT_BUILT = 'The dashboard is not built. Build it by `npm run build` and start the server again; the API is documented at /docs.\n';

interface Asset {
  readonly type: string;
  readonly etag: string;
  /** By encoding; `identity` is always there. */
  readonly bodies: ReadonlyMap<string, Buffer>;
}

/** Serves the built page out of memory: its files, and its index at each of its own paths. Without a build, how to make one. */
export async function dashboardPage(folder: string): Promise<Middleware> {
  const assets = await assetsIn(folder);
  const index = assets.get('/index.html');
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const asset = path === '/index.html' ? undefined : assets.get(path);
    if (asset) return give(asset, path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache', request, response);
    if (!PAGES.has(path.split('/', 2)[1]!)) return next();
    if (index) return give(index, 'no-cache', request, response);
    response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(request.method === 'HEAD' ? '' : NOT_BUILT);
  };
}

function give({ type, etag, bodies }: Asset, caching: string, request: IncomingMessage, response: ServerResponse): void {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = ENCODINGS.map(([name]) => name).find((name) => bodies.has(name) && new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted)) ?? 'identity';
  const tag = `"${etag}-${encoding}"`;
  const headers = { 'Cache-Control': caching, ETag: tag, Vary: 'Accept-Encoding' };
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304, headers).end();
  const body = bodies.get(encoding)!;
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': body.length, ...(encoding !== 'identity' && { 'Content-Encoding': encoding }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** By path in URLs; empty where the folder is not there. */
async function assetsIn(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const files = await filesIn(folder);
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const type = TYPES[extname(file)];
    if (type === undefined) continue; // compressed siblings
    const identity = await readFile(file);
    const bodies = new Map([['identity', identity]]);
    for (const [encoding, suffix] of ENCODINGS) if (files.has(file + suffix)) bodies.set(encoding, await readFile(file + suffix));
    const etag = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
    assets.set(`/${relative(folder, file).split(sep).join('/')}`, { type, etag, bodies });
  }
  return assets;
}

async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return new Set(entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw error;
  }
}
