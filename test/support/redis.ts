import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.mjs';

export interface RedisServer {
  readonly url: string;
  /** `kill -9`: nothing is kept. */
  kill(): Promise<void>;
  /** Again on the same port, empty. */
  start(): Promise<void>;
}

/** A Redis of our own on a free port, without persistence. REDIS_SERVER overrules what is on the path. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  let child = await listen(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async start() {
      child = await listen(port);
    },
  };
}

async function listen(port: number): Promise<ChildProcess> {
  const child = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  await new Promise<void>((ready, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`redis-server ended with ${code}:\n${text}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Ready to accept connections')) ready();
    });
  });
  return child;
}
