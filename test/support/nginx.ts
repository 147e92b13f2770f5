import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findNginx } from './tools.mjs';
import { until } from './until.js';
import { freePort } from './free-port.mjs';

const CONFIGURATION = resolve(import.meta.dirname, '../../deploy/nginx.conf');
const SETPRIV = '/usr/bin/setpriv';

/** The real nginx with the project's own configuration; only addresses, the port and paths are others. */
export class Nginx {
  private constructor(private readonly child: ChildProcess, private readonly folder: string, readonly port: number, private readonly said: () => string) {}

  /** @param nodes `host:port` of each, in place of node1, node2 and node3 @throws with nginx's own words where it does not start */
  static async start(nodes: readonly string[]): Promise<Nginx> {
    const command = findNginx();
    if (!command) throw new Error('No nginx: run `node test/support/provide.mjs`');
    const folder = mkdtempSync(join(tmpdir(), 'conclave-nginx-'));
    mkdirSync(join(folder, 'cache'));
    const port = await freePort();
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, configured(readFileSync(CONFIGURATION, 'utf8'), nodes, port, folder));
    const line = [command, '-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'];
    // a master that is told to die takes its workers with it
    const [program, ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', ...line] : line;
    const child = spawn(program!, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { said = (said + chunk).slice(-8192); });
    const nginx = new Nginx(child, folder, port, () => said);
    await until(() => nginx.answers(), 'nginx');
    return nginx;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get ws(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Stops it and removes its folder. */
  async remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error(`nginx did not start:\n${this.said()}`);
    return fetch(`${this.url}/metrics`).then(({ status }) => status === 404, () => false);
  }
}

/** @throws where something that is to be replaced is not there any more */
function configured(text: string, nodes: readonly string[], port: number, folder: string): string {
  const replaced = (from: string, to: string): void => {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf has no ${from}`);
    text = text.replaceAll(from, to);
  };
  nodes.forEach((node, at) => replaced(`server node${at + 1}:8000 `, `server ${node} `));
  replaced('listen 80 ', `listen 127.0.0.1:${port} `);
  replaced('/run/nginx.pid', join(folder, 'nginx.pid'));
  replaced('/var/cache/nginx', join(folder, 'cache'));
  return text;
}
