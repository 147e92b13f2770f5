import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from './config.js';
import type { Findings } from './findings.js';
import type { Variables } from './variables.js';

const ROLES = ['gateway', 'analyst', 'market', 'trading'];

type StorageConfig = Pick<Config, 'storage' | 'rooms'>;

/** Where things are kept, for how long, and by how many nodes. Addresses are never shown: they may hold passwords. */
export function storageConfig(variables: Variables, root: string, findings: Findings): StorageConfig {
  const dataDir = resolve(root, variables.text('DATA_DIR') ?? 'data');
  if (blocked(dataDir)) findings.problem(`DATA_DIR=${dataDir} cannot be a directory: a file is in its way; name another`);
  const databaseUrl = variables.text('DATABASE_URL');
  if (databaseUrl !== null && !/^postgres(ql)?:\/\/./.test(databaseUrl)) {
    findings.problem('DATABASE_URL must begin with postgres:// or postgresql://; without it the database is a SQLite file in DATA_DIR');
  }
  oneNode(variables, databaseUrl, findings);
  return {
    storage: { dataDir, databaseUrl, redisUrl: null },
    rooms: {
      keepMessages: variables.integer('ROOM_KEEP_MESSAGES', 100_000, { min: 1, max: 1_000_000_000 }),
      keepHours: variables.number('ROOM_KEEP_HOURS', 168, { min: 0, max: 1_000_000, above: true }),
    },
  };
}

/** A missing directory is made at start; rights are found out there too. */
function blocked(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
}

function oneNode(variables: Variables, databaseUrl: string | null, findings: Findings): void {
  if (variables.text('REDIS_URL') !== null) {
    if (databaseUrl === null) findings.problem('DATABASE_URL is missing: cluster mode (REDIS_URL is set) needs one database for all nodes');
    findings.problem('REDIS_URL is set, and cluster mode is not in this version yet: remove it; one node needs no Redis');
  }
  const roles = variables.list('ROLES');
  if (!roles) return;
  const unknown = roles.filter((role) => !ROLES.includes(role));
  if (unknown.length > 0) findings.problem(`ROLES has ${unknown.join(', ')}: there are ${ROLES.join(', ')}`);
  else if (new Set(roles).size < ROLES.length) findings.problem(`ROLES=${roles.join(',')}: nodes with a part of the work are not in this version yet; remove it, or say ${ROLES.join(',')}`);
}
