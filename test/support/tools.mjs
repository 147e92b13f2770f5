import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

const canRun = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (name) => (process.env.PATH ?? '').split(':').filter(Boolean).map((folder) => join(folder, name)).filter(canRun);

const debianPostgres = () => {
  try {
    const root = '/usr/lib/postgresql';
    return readdirSync(root).sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
};

/** Folder with `postgres` and `initdb`, or null. POSTGRES_BIN_DIR overrules what is installed. */
export function findPostgres() {
  const given = process.env.POSTGRES_BIN_DIR;
  const folders = given ? [given] : [...onPath('initdb').map((path) => join(path, '..')), ...debianPostgres()];
  return folders.find((folder) => canRun(join(folder, 'postgres')) && canRun(join(folder, 'initdb'))) ?? null;
}

const exitCode = (command, args) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore' });
    child.on('error', () => resolve(-1));
    child.on('exit', (code) => resolve(code ?? -1));
  });

const OLDEST_REDIS = 7;

/** A redis-server (or Valkey's, by REDIS_SERVER) of version 7 or newer, or null. REDIS_SERVER overrules what is installed. */
export function findRedis() {
  const given = process.env.REDIS_SERVER;
  return (given ? [given] : [...onPath('redis-server'), '/usr/bin/redis-server']).find(isRecentRedis) ?? null;
}

function isRecentRedis(path) {
  try {
    const version = /v=(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1];
    return Number(version) >= OLDEST_REDIS;
  } catch {
    return false;
  }
}

/** The path of nginx, or null. NGINX overrules what is installed. */
export function findNginx() {
  const given = process.env.NGINX;
  return (given ? [given] : [...onPath('nginx'), '/usr/sbin/nginx']).find(canRun) ?? null;
}

/** A python3 that has the modules which the seeds' own clients import, or null. PYTHON3 overrules what is installed. */
export async function findPython() {
  const given = process.env.PYTHON3;
  for (const python of given ? [given] : ['/usr/bin/python3', ...onPath('python3')]) {
    if (await exitCode(python, ['-c', 'import websockets, loguru']) === 0) return python;
  }
  return null;
}

/** The path of Chromium, or null. CHROMIUM overrules what is installed. */
export function findChromium() {
  const given = process.env.CHROMIUM;
  return (given ? [given] : [...onPath('chromium'), '/usr/bin/chromium']).find(canRun) ?? null;
}
