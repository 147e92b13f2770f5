// Finds what the tests need beyond npm; as root on Debian it installs what is missing, else it says what to install.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { findChromium, findNginx, findPostgres, findPython, findRedis } from './tools.mjs';

const APT = '/usr/bin/apt-get';

const NEEDS = [
  { name: 'PostgreSQL', find: findPostgres, variable: 'POSTGRES_BIN_DIR', packages: ['postgresql'], before: keepPostgresOff },
  { name: 'Redis 7', find: findRedis, variable: 'REDIS_SERVER', packages: ['redis-server'] },
  { name: 'nginx', find: findNginx, variable: 'NGINX', packages: ['nginx-light'] },
  { name: 'Chromium', find: findChromium, variable: 'CHROMIUM', packages: ['chromium'] },
  { name: 'Python with websockets and loguru', find: findPython, variable: 'PYTHON3', packages: ['python3', 'python3-websockets', 'python3-loguru'] },
];

const look = () => Promise.all(NEEDS.map(async (need) => ({ ...need, found: await need.find() })));
const missing = (needs) => needs.filter(({ found }) => found === null);

let needs = await look();
if (missing(needs).length > 0 && canInstall()) {
  install(missing(needs));
  needs = await look();
}
const gone = missing(needs);
if (gone.length > 0) {
  const packages = gone.flatMap((need) => need.packages).join(' ');
  const variables = gone.map((need) => need.variable).join(', ');
  console.error(`The tests need ${gone.map((need) => need.name).join(' and ')}: install them (Debian: apt-get install ${packages}) or point ${variables} to them`);
  process.exit(1);
}
console.log(`Tests use ${needs.map(({ name, found }) => `${name} (${found})`).join(', ')}`);

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync(APT);
}

function install(absent) {
  const packages = absent.flatMap((need) => need.packages);
  console.log(`Installing for the tests: ${packages.join(' ')}`);
  for (const { before } of absent) before?.();
  apt('update');
  withoutServices(() => apt('install', '-y', '--no-install-recommends', ...packages));
}

/** Debian starts what it installs (redis-server, nginx) unless this policy says no (101); the tests start their own. */
function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    rmSync(policy);
  }
}

function apt(...args) {
  const { status, stderr, error } = spawnSync(APT, ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', UCF_FORCE_CONFFOLD: '1' },
  });
  if (status !== 0) console.error(`apt-get ${args.join(' ')} failed: ${(stderr || String(error)).trim().split('\n').at(-1)}`);
}

/** Debian's package would make a cluster and start it; the tests make their own. */
function keepPostgresOff() {
  const file = '/etc/postgresql-common/createcluster.conf';
  if (existsSync(file)) return;
  mkdirSync('/etc/postgresql-common', { recursive: true });
  writeFileSync(file, 'create_main_cluster = false\n');
}
