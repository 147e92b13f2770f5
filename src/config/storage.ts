import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROLES, type Config, type Role } from './config.js';
import type { Findings } from './findings.js';
import type { Variables } from './variables.js';

type StorageConfig = Pick<Config, 'storage' | 'rooms' | 'roles'>;

/** Where things are kept, for how long, and by how many nodes. Addresses are never shown: they may hold passwords. */
export function storageConfig(variables: Variables, root: string, findings: Findings): StorageConfig {
  const dataDir = resolve(root, variables.text('DATA_DIR') ?? 'data');
  if (blocked(dataDir)) findings.problem(`DATA_DIR=${dataDir} cannot be a directory: a file is in its way; name another`);
  const databaseUrl = variables.text('DATABASE_URL');
  if (databaseUrl !== null && !/^postgres(ql)?:\/\/./.test(databaseUrl)) {
    findings.problem('DATABASE_URL must begin with postgres:// or postgresql://; without it the database is a SQLite file in DATA_DIR');
  }
  const redisUrl = variables.text('REDIS_URL');
  if (redisUrl !== null && databaseUrl === null) findings.problem('DATABASE_URL is missing: cluster mode (REDIS_URL is set) needs one database for all nodes');
  return {
    storage: { dataDir, databaseUrl, redisUrl },
    roles: roles(variables, redisUrl, findings),
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

function roles(variables: Variables, redisUrl: string | null, findings: Findings): readonly Role[] {
  const said = variables.list('ROLES') ?? ROLES;
  const unknown = said.filter((role) => !ROLES.some((each) => each === role));
  if (unknown.length > 0) findings.problem(`ROLES has ${unknown.join(', ')}: there are ${ROLES.join(', ')}`);
  const known = ROLES.filter((role) => said.includes(role));
  if (unknown.length === 0 && known.length < ROLES.length && redisUrl === null) {
    findings.problem(`ROLES=${said.join(',')}: a node with a part of the work needs others beside it: set REDIS_URL and DATABASE_URL, or remove ROLES`);
  }
  return known;
}
