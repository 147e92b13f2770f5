import { freshPostgres, type FreshDatabase } from './databases.js';
import { RedisServer } from './redis-server.js';
import { startServer, type TestServer } from './server.js';
import { until } from './until.js';

/** Built servers as nodes of one cluster, on a PostgreSQL database and a Redis of their own. */
export class Cluster {
  private constructor(readonly redis: RedisServer, readonly db: FreshDatabase, readonly nodes: readonly TestServer[]) {}

  /** @param root a folder with another `config/` */
  static async start(count: number, env: Readonly<Record<string, string>> = {}, root?: string): Promise<Cluster> {
    const redis = await RedisServer.start();
    const db = await freshPostgres({ redisUrl: redis.url });
    const all = { DATABASE_URL: db.options.databaseUrl!, REDIS_URL: redis.url, LOG_LEVEL: 'info', ...env };
    const nodes = await Promise.all(Array.from({ length: count }, () => startServer(all, root)));
    return new Cluster(redis, db, nodes);
  }

  /** The newest offset of a room. */
  async head(room: string): Promise<number> {
    const row = await this.db.kysely.selectFrom('rooms').select('head').where('room', '=', room).executeTakeFirst();
    return row?.head ?? 0;
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    const open = this.db.kysely.selectFrom('runs').select('run_id').where('status', '=', 'open');
    await until(async () => (await open.execute()).length === 0, 'the last run');
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.redis.remove();
    await this.db.drop();
  }
}

/** The body of `/ws/status`. */
// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const statusOf = async (node: TestServer): Promise<any> => (await fetch(`${node.url}/ws/status`)).json();

/** The status of `/ready`, and what is down. */
export async function readiness(node: TestServer): Promise<{ status: number; down: string[] }> {
  const response = await fetch(`${node.url}/ready`);
  const { checks = {} } = (await response.json()) as { checks?: Record<string, unknown> };
  return { status: response.status, down: Object.keys(checks) };
}

/** Asks for an analysis by HTTP; resolves with the id of its run. @throws where it is refused */
export const analyze = async (node: TestServer, symbol: string): Promise<string> => {
  const body = JSON.stringify({ symbol });
  const response = await fetch(`${node.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const answer = (await response.json()) as { run_id: string };
  if (response.status !== 202) throw new Error(`${symbol}: ${response.status} ${JSON.stringify(answer)}`);
  return answer.run_id;
};
