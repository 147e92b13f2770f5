import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.js';
import { cleanUp, startServer } from '../support/server.js';

interface Service {
  readonly image: string;
  readonly environment?: Record<string, string | boolean | null>;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}

const ROOT = process.cwd();
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
/** As Compose does where nothing is set. */
const withDefaults = (text: string): string => text.replace(/\$\{\w+(?::-([^}]*))?\}/g, (all, value?: string) => {
  if (value === undefined) throw new Error(`${all} has no default`);
  return value;
});
const { services } = parse(withDefaults(read('docker-compose.yml'))) as { services: Record<string, Service> };
const nodes = Object.keys(services).filter((name) => services[name]!.image === 'conclave');

// the project's own .env would be read as well
const root = mkdtempSync(join(tmpdir(), 'conclave-compose-'));
cpSync(join(ROOT, 'config'), join(root, 'config'), { recursive: true });
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await cleanUp();
});

it('the image listens where its HEALTHCHECK asks, and each node in the composition starts without a warning', () => {
  const image = Object.fromEntries([...read('Dockerfile').matchAll(/^ENV (.+)$/gm)].flatMap(([, line]) => line!.split(' ').map((pair) => pair.split('=') as [string, string])));
  for (const node of nodes) {
    const env = { ...image, ...Object.fromEntries(Object.entries(services[node]!.environment!).map(([name, value]) => [name, String(value ?? '')])) };
    const config = loadConfig({ env, root });
    expect(config.warnings).toEqual([]);
    expect(config.server).toEqual({ host: '0.0.0.0', port: 8000, trustProxy: ['uniquelocal'] });
    expect(new URL(config.storage.databaseUrl!)).toMatchObject({ hostname: 'postgres', password: services['postgres']!.environment!['POSTGRES_PASSWORD'] });
    expect(new URL(config.storage.redisUrl!)).toMatchObject({ hostname: 'redis', password: services['redis']!.environment!['REDISCLI_AUTH'] });
  }
});

it('nginx balances exactly its nodes, waits for them, and they for what they need', () => {
  expect(nodes).toHaveLength(3);
  const upstreams = [...read('deploy/nginx.conf').matchAll(/^\s+server (\w+):8000 /gm)].map(([, name]) => name);
  expect(upstreams).toEqual(nodes);
  expect(Object.keys(services['nginx']!.depends_on!)).toEqual(nodes);
  for (const node of nodes) expect(Object.keys(services[node]!.depends_on!)).toEqual(['postgres', 'redis']);
  for (const { depends_on: needed = {} } of Object.values(services)) for (const { condition } of Object.values(needed)) expect(condition).toBe('service_healthy');
  for (const name of ['postgres', 'redis', 'nginx']) expect(services[name]!.healthcheck).toBeDefined();
  expect(services['nginx']!.volumes![0]!.split(':')[0]).toBe('./deploy/nginx.conf');
});

it('what the image is made of is there and is let through', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files!.split(' '));
  const ignored = read('.dockerignore').split('\n');
  for (const file of copied) {
    expect(existsSync(join(ROOT, file))).toBe(true);
    expect(ignored).toContain(`!${file}`);
  }
});

it('the HEALTHCHECK is right about a server that runs, and one that does not', async () => {
  const [, command] = /^HEALTHCHECK .*\\\n\s+CMD (\[.+\])$/m.exec(read('Dockerfile'))!;
  const [, ...args] = JSON.parse(command!) as string[];
  const check = async (port: string): Promise<unknown> => (await once(spawn(process.execPath, args, { env: { PORT: port }, stdio: 'ignore' }), 'exit'))[0];
  const server = await startServer({ SYMBOLS: 'AAPL' });
  const { port } = new URL(server.url);
  expect(await check(port)).toBe(0);
  await server.stop();
  expect(await check(port)).toBe(1);
});
