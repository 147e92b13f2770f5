export interface PostgresServer {
  /** Superuser, trusted, database `postgres`. */
  readonly url: string;
  /** SIGINT ends its connections, SIGQUIT is a crash. Data and port stay. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** A server of the test's own, for tests that stop it; others share one through `databases.ts`. `durable`: what is committed survives a crash. */
export function startPostgres(options?: { readonly durable?: boolean }): Promise<PostgresServer>;
