import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROLES, type Config, type Role } from './config.js';
import type { Findings } from './findings.js';
import { frozenSet } from './freeze.js';
import type { Variables } from './variables.js';

type StorageConfig = Pick<Config, 'storage' | 'rooms' | 'retention' | 'roles'>;

/** Where things are kept, for how long, and by how many nodes. Addresses are never shown: they may hold passwords. */
export function storageConfig(variables: Variables, root: string, findings: Findings): StorageConfig {
  const dataDir = resolve(root, variables.text('DATA_DIR') ?? 'data');
  if (blocked(dataDir)) findings.problem(`DATA_DIR=${dataDir} cannot be a directory: a file is in its way; name another`);
  const databaseUrl = variables.text('DATABASE_URL');
  if (databaseUrl !== null && !/^postgres(ql)?:\/\/./.test(databaseUrl)) {
    findings.problem('DATABASE_URL must begin with postgres:// or postgresql://; without it the database is a SQLite file in DATA_DIR');
  }
  const redisUrl = redis(variables, databaseUrl, findings);
  return {
    storage: { dataDir, databaseUrl, redisUrl },
    roles: roles(variables, redisUrl, findings),
    rooms: {
      keepMessages: variables.integer('ROOM_KEEP_MESSAGES', 100_000, { min: 1, max: 1_000_000_000 }),
      keepHours: variables.number('ROOM_KEEP_HOURS', 168, { min: 0, max: 1_000_000, above: true }),
    },
    retention: retention(variables, findings),
  };
}

const DAYS = { min: 0, max: 100_000, words: 'of days from 0 (for ever) to 100000' };

function retention(variables: Variables, findings: Findings): StorageConfig['retention'] {
  const kept = {
    runDays: variables.number('RUN_KEEP_DAYS', 365, DAYS), cycleDays: variables.number('CYCLE_KEEP_DAYS', 90, DAYS),
    equityDays: variables.number('EQUITY_KEEP_DAYS', 35, DAYS), equityHourlyDays: variables.number('EQUITY_KEEP_HOURLY_DAYS', 730, DAYS),
  };
  if (kept.equityDays > 0 && kept.equityHourlyDays > 0 && kept.equityHourlyDays < kept.equityDays) {
    findings.problem(`EQUITY_KEEP_HOURLY_DAYS=${kept.equityHourlyDays}: must be at least EQUITY_KEEP_DAYS (${kept.equityDays}), or 0: points of each hour are what is left of all points`);
  }
  return kept;
}

/** A missing directory is made at start; rights are found out there too. */
function blocked(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
}

function redis(variables: Variables, databaseUrl: string | null, findings: Findings): string | null {
  const redisUrl = variables.text('REDIS_URL');
  if (redisUrl === null) return null;
  if (!/^rediss?:\/\/./.test(redisUrl) || !URL.canParse(redisUrl)) {
    findings.problem('REDIS_URL must be a redis:// or rediss:// address, such as redis://127.0.0.1:6379; one node alone needs no Redis');
  }
  if (databaseUrl === null) findings.problem('DATABASE_URL is missing: cluster mode (REDIS_URL is set) needs one database for all nodes');
  return redisUrl;
}

function roles(variables: Variables, redisUrl: string | null, findings: Findings): ReadonlySet<Role> {
  const names = variables.list('ROLES') ?? ROLES;
  const chosen = ROLES.filter((role) => names.includes(role));
  const unknown = names.filter((name) => !ROLES.some((role) => role === name));
  if (unknown.length > 0) findings.problem(`ROLES has ${unknown.join(', ')}: there are ${ROLES.join(', ')}`);
  else if (redisUrl === null && chosen.length < ROLES.length) {
    const absent = ROLES.filter((role) => !chosen.includes(role));
    findings.problem(`ROLES leaves out ${absent.join(', ')}, and without REDIS_URL no other node does that: add it, or set REDIS_URL and DATABASE_URL`);
  }
  return frozenSet(chosen);
}
