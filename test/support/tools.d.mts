/** Folder with `postgres` and `initdb`, or null. */
export function findPostgres(): string | null;
/** A python3 that has websockets and loguru, or null. */
export function findPython(): Promise<string | null>;
