/** Folder with `postgres` and `initdb`, or null. */
export function findPostgres(): string | null;
/** The path of a redis-server of version 7 or newer, or null. */
export function findRedis(): string | null;
/** The path of nginx, or null. */
export function findNginx(): string | null;
/** A python3 that has the modules which the seeds' own clients import, or null. */
export function findPython(): Promise<string | null>;
/** The path of Chromium, or null. */
export function findChromium(): string | null;
