import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { findPostgres } from './tools.mjs';

/** PostgreSQL refuses root: there it runs as `nobody`. */
const NOBODY = 65534;
const root = process.getuid?.() === 0;
const SETPRIV = '/usr/bin/setpriv';
const READY = 'database system is ready to accept connections';
const SETTINGS = {
  listen_addresses: '127.0.0.1', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off',
  max_connections: '200', shared_buffers: '64MB', autovacuum: 'off',
};
/** What is committed survives a crash. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

/**
 * A PostgreSQL of our own in a temporary folder, on 127.0.0.1 and a free port. It ends with this process, however that ends
 * (Linux), and may be stopped and started again on the same port and data.
 * Throws with the server's own words where it does not start.
 */
export async function startPostgres({ durable = false } = {}) {
  const more = durable ? DURABLE : {};
  const bin = findPostgres();
  if (!bin) throw new Error('No PostgreSQL: run `node test/support/provide.mjs`');
  const folder = mkdtempSync(join(tmpdir(), 'conclave-pg-'));
  if (root) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  try {
    await finished(run(join(bin, 'initdb'), ['-D', data, '-U', 'conclave', '-A', 'trust', '-E', 'UTF8', ...locale(bin), '--no-sync', '--no-instructions'], folder));
    let { server, port } = await listen(bin, data, folder, more);
    const stop = async (signal = 'SIGINT') => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill(signal);
      await gone;
    };
    return {
      url: `postgres://conclave@127.0.0.1:${port}/postgres`,
      stop,
      start: async () => { ({ server } = await listen(bin, data, folder, more, port)); },
      remove: async () => {
        await stop('SIGQUIT'); // nothing of it is kept
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Another process may take the free port before the server does: then once more. */
async function listen(bin, data, folder, more, port, attempts = 3) {
  const tried = port ?? await freePort();
  const settings = Object.entries({ ...SETTINGS, ...more, port: String(tried), unix_socket_directories: folder });
  const server = run(join(bin, 'postgres'), ['-D', data, ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`])], folder);
  try {
    await says(server, READY);
    return { server, port: tried };
  } catch (error) {
    if (attempts > 1 && port === undefined) return listen(bin, data, folder, more, undefined, attempts - 1);
    throw error;
  }
}

/** A language's own sorting where the server can (15 and later), so that queries which lean on byte order show. */
function locale(bin) {
  const major = Number(/(\d+)/.exec(execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }))[1]);
  return major >= 15 ? ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'] : ['--no-locale'];
}

function run(command, args, cwd) {
  const options = { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } };
  if (existsSync(SETPRIV)) {
    const user = root ? ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'] : [];
    return spawn(SETPRIV, [...user, '--pdeathsig', 'INT', command, ...args], options);
  }
  return spawn(command, args, root ? { ...options, uid: NOBODY, gid: NOBODY } : options);
}

async function finished(child) {
  const said = collect(child);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} failed:\n${said()}`);
}

async function says(child, words) {
  const said = collect(child);
  await new Promise((resolve, reject) => {
    const read = () => { if (said().includes(words)) resolve(); };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`PostgreSQL did not start:\n${said()}`)));
  });
}

/** Its last words. Reading on for ever also keeps the pipe from filling. */
function collect(child) {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => { text = (text + chunk).slice(-8192); });
  }
  return () => text;
}
