import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The same for WebSockets. */
  readonly ws: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Everything that it printed so far. */
  output(): string;
  /** Ends it as an operator would, and resolves with the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9` */
  kill(): Promise<void>;
}

const ROOT = resolve(import.meta.dirname, '../..');
const folders: string[] = [];
const running = new Set<ChildProcess>();

/** A fresh folder for a server's data, removed by `cleanUp`. */
export async function freshDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-'));
  folders.push(folder);
  return folder;
}

/** The built server as a process of its own, on a free port; resolves when it says that it runs. `root`: a folder with another `config/`. */
export async function startServer(env: Readonly<Record<string, string>> = {}, root?: string): Promise<TestServer> {
  const dataDir = env['DATA_DIR'] ?? (await freshDataDir());
  const child = spawn(process.execPath, root === undefined ? ['dist/main.js'] : ['test/support/start-with-root.mjs', root], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let text = '';
  const url = await new Promise<string>((found, failed) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const at = /URL\s+(http:\/\/\S+)/.exec(text)?.[1];
      if (at) found(at);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => failed(new Error(`The server ended with ${code}:\n${text}`)));
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  return {
    url, ws: url.replace('http', 'ws'), dataDir, process: child,
    output: () => text,
    stop: () => (child.exitCode === null ? end('SIGTERM') : Promise.resolve(child.exitCode)),
    kill: async () => void (child.exitCode === null && (await end('SIGKILL'))),
  };
}

/** Runs the built server until it ends by itself: for starts that must be refused. */
export async function runServer(env: Readonly<Record<string, string>>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['dist/main.js'], { cwd: ROOT, env: { PATH: process.env['PATH'], PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  running.delete(child);
  return { code, output };
}

/** Ends what still runs and removes the folders; for `afterAll`. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map(async (child) => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}
