import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedis } from './tools.mjs';
import { freePort } from './free-port.mjs';

const SETPRIV = '/usr/bin/setpriv';
const READY = 'Ready to accept connections';

/**
 * A Redis of the test's own on 127.0.0.1 and a free port, in a temporary folder, which keeps nothing on disk: stopped and
 * started again it is empty. It ends with this process, however that ends (Linux).
 */
export class RedisServer {
  private child: ChildProcess;

  private constructor(child: ChildProcess, private readonly folder: string, readonly port: number, private readonly password: string | null) {
    this.child = child;
  }

  /** @throws with the server's own words where it does not start */
  static async start({ password = null }: { readonly password?: string | null } = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-redis-'));
    for (let attempt = 1; ; attempt++) {
      const port = await freePort(); // another process may take it before the server does: then once more
      try {
        return new RedisServer(await listen(folder, port, password), folder, port, password);
      } catch (error) {
        if (attempt < 3) continue;
        rmSync(folder, { recursive: true, force: true });
        throw error;
      }
    }
  }

  get url(): string {
    return `redis://${this.password === null ? '' : `:${this.password}@`}127.0.0.1:${this.port}`;
  }

  /** `SIGKILL` is a crash, `SIGTERM` a shutdown; what it had is gone. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGCONT');
    this.child.kill(signal);
    await gone;
  }

  /** Again, on the same port and empty. */
  async again(): Promise<void> {
    this.child = await listen(this.folder, this.port, this.password);
  }

  /** It hangs: connections stay, nothing is answered, until `resume`. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** `FLUSHALL` */
  async flush(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }

  /** On a connection of the test's own. */
  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url);
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** Stops it and removes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function listen(folder: string, port: number, password: string | null): Promise<ChildProcess> {
  const command = findRedis();
  if (!command) throw new Error('No redis-server: run `node test/support/provide.mjs`');
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...(password === null ? [] : ['--requirepass', password])];
  const options = { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], LC_ALL: 'C' } } satisfies Parameters<typeof spawn>[2];
  const child = existsSync(SETPRIV) ? spawn(SETPRIV, ['--pdeathsig', 'KILL', command, ...settings], options) : spawn(command, settings, options);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream!.setEncoding('utf8').on('data', (chunk: string) => {
        said = (said + chunk).slice(-8192);
        if (said.includes(READY)) resolve();
      });
    }
    child.once('error', reject);
    child.once('close', () => reject(new Error(`redis-server did not start:\n${said}`)));
  });
  return child;
}
