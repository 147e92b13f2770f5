import { once } from 'node:events';
import { startPostgres, type PostgresServer } from '../../support/postgres-server.mjs';
import { RedisServer } from '../../support/redis-server.js';
import { startServer, type TestServer } from '../../support/server.js';
import { until } from '../../support/until.js';
import { Asker } from './asker.js';
import { checkLog } from './log-check.js';
import type { Counts, Outcome } from './outcome.js';
import { ms, quantile } from './outcome.js';
import { Swarm } from './swarm.js';
import { Writer } from './writer.js';

const NODES = 3;
/** Of a symbol that is watched: so the nodes themselves say 2.2 messages a second and room, besides the writer. */
const ANALYSED_EVERY_S = 5;
const WHOLE_WITHIN_MS = 30_000;

export interface WorldOptions extends Counts {
  readonly env?: Readonly<Record<string, string>>;
  /** Of each message that the writer says. */
  readonly bytes?: number;
  /** The swarm begins on the first node alone. */
  readonly onOneNode?: boolean;
  /** False: nobody asks for analyses. */
  readonly asks?: boolean;
}

/** Three built nodes, Redis and PostgreSQL of its own, a swarm of clients, and somebody who talks and asks all the time. */
export class World {
  private readonly elu = performance.eventLoopUtilization();
  /** Nodes that have ended, and were not told to. */
  readonly deaths: string[] = [];
  private readonly expected = new Set<TestServer>();
  private readonly outputs: TestServer[] = [];

  private constructor(
    private readonly options: WorldOptions,
    readonly redis: RedisServer,
    readonly postgres: PostgresServer,
    readonly nodes: TestServer[],
    readonly swarm: Swarm,
    readonly writer: Writer,
    private readonly asker: Asker,
  ) {
    for (const node of nodes) this.guard(node);
  }

  static async start(options: WorldOptions): Promise<World> {
    const symbols = Array.from({ length: options.rooms }, (_, at) => `R${at}`);
    const rooms = symbols.map((symbol) => `symbol:${symbol}`);
    const [redis, postgres] = await Promise.all([RedisServer.start(), startPostgres({ durable: true })]);
    const shared = { databaseUrl: postgres.url, redisUrl: redis.url };
    const writer = await Writer.open({ ...shared, rooms, perSecond: options.perSecond, ...(options.bytes && { bytes: options.bytes }) });
    const env = environment(options, postgres, redis, symbols);
    const nodes = await Promise.all(Array.from({ length: NODES }, () => startServer(env)));
    const swarm = new Swarm(options.clients, rooms);
    swarm.targets = nodes.map(({ url }) => url);
    const world = new World(options, redis, postgres, nodes, swarm, writer, new Asker(() => swarm.targets, options.asks === false ? [] : symbols));
    if (options.onOneNode) swarm.targets = [nodes[0]!.url];
    await swarm.open();
    writer.start();
    return world;
  }

  /** Another node in the place of one that has ended. */
  async again(at: number): Promise<void> {
    const symbols = Array.from({ length: this.options.rooms }, (_, each) => `R${each}`);
    this.nodes[at] = await startServer(environment(this.options, this.postgres, this.redis, symbols));
    this.guard(this.nodes[at]);
    this.balance();
  }

  /** New connections go to all nodes but these. */
  balance(...without: readonly TestServer[]): void {
    this.swarm.targets = this.nodes.filter((node) => !without.includes(node)).map(({ url }) => url);
  }

  /** Its end is no failure. */
  mayEnd(node: TestServer): void {
    this.expected.add(node);
  }

  /** Nobody says or asks anything more; resolves when all that was begun has an answer. */
  async silence(): Promise<void> {
    await Promise.all([this.asker.stop(), this.writer.stop()]);
  }

  /** The newest offset of each room. */
  async heads(): Promise<Map<string, number>> {
    const rows = await this.writer.database.kysely.selectFrom('rooms').select(['room', 'head']).where('room', 'like', 'symbol:%').execute();
    return new Map(rows.map(({ room, head }) => [room, head]));
  }

  /** Resolves when every client has what the log has at the call; with how long that took for each. */
  async caughtUp(from = performance.now()): Promise<number[]> {
    const heads = await this.heads();
    const behind = new Set(this.swarm.clients);
    const took: number[] = [];
    await until(() => {
      for (const client of behind) {
        if (client.position < heads.get(client.room)! || !client.whole) continue;
        behind.delete(client);
        took.push(performance.now() - from);
      }
      return behind.size === 0;
    }, 'every client has all', WHOLE_WITHIN_MS).catch(() => undefined); // the outcome counts what they miss
    return took;
  }

  /** Ends the load, waits until everybody has everything, and holds it against the log. */
  async finish(scenario: string, { back, failures = [], notes = [] }: Partial<Outcome>): Promise<Outcome> {
    const { swarm, writer, asker, options } = this;
    await this.silence();
    const open = writer.database.kysely.selectFrom('runs').select('run_id').where('status', '=', 'open').where('requested_at', '<', Date.now());
    const stuck = await until(async () => (await open.execute()).length === 0, 'the last run', WHOLE_WITHIN_MS).then(() => [], () => ['runs are still open']);
    await this.caughtUp();
    const heads = await this.heads();
    const behind = swarm.clients.reduce((sum, { room, position }) => sum + Math.max(0, heads.get(room)! - position), 0);
    // what was said between the two looks is on its way and not missing
    const late = behind > 0 ? await this.stillBehind(heads) : 0;
    const log = await checkLog(writer.database.kysely, swarm.seen, writer.acknowledged, asker.promised);
    const missing = swarm.sum('missing') + late;
    const duplicates = swarm.sum('duplicates');
    const utilization = performance.eventLoopUtilization(this.elu).utilization;
    const checks: [boolean, string][] = [
      [missing === 0, `${missing} logged messages missing at clients`],
      [duplicates === 0, `${duplicates} duplicates`],
      [swarm.sum('unrecovered') === 0, `${swarm.sum('unrecovered')} clients could not resume`],
      [swarm.absent === 0, `${swarm.absent} clients did not come back`],
      [swarm.differing === 0, `${swarm.differing} messages differ between clients`],
      [this.deaths.length === 0, this.deaths.join('; ')],
      [writer.unexpected.length === 0, `the writer failed with ${writer.unexpected[0]?.message}`],
      [this.outputs.every((node) => !/[Uu]nhandled/.test(node.output())), 'a node had an unhandled rejection'],
    ];
    return {
      scenario, rounds: options.rounds, clients: options.clients, messages: log.rows, deliveries: swarm.deliveries, missing, duplicates,
      back: back ?? swarm.awayMs,
      failures: [...failures, ...checks.filter(([holds]) => !holds).map(([, what]) => what), ...log.failures, ...stuck],
      notes: [
        ...notes,
        `${writer.acknowledged.size} messages acknowledged to the writer, ${writer.refused} refused; ${asker.promised.size} runs promised, refused ${JSON.stringify(Object.fromEntries(asker.refused))}`,
        `writer → client p50 ${ms(quantile(swarm.latencies, 0.5))} ms, p99 ${ms(quantile(swarm.latencies, 0.99))} ms over all; closes ${JSON.stringify(Object.fromEntries(swarm.closes))}; the load's own event loop was busy for ${Math.round(100 * utilization)} %`,
      ],
    };
  }

  async remove(): Promise<void> {
    this.swarm.close();
    await this.asker.stop();
    for (const node of this.nodes) this.mayEnd(node);
    await this.writer.close();
    await Promise.all(this.nodes.map((node) => node.kill()));
    await Promise.all([this.redis.remove(), this.postgres.remove()]);
  }

  private async stillBehind(heads: ReadonlyMap<string, number>): Promise<number> {
    const left = (): number => this.swarm.clients.reduce((sum, { room, position }) => sum + Math.max(0, heads.get(room)! - position), 0);
    await until(() => left() === 0, 'the last messages', 5000).catch(() => undefined);
    return left();
  }

  private guard(node: TestServer): void {
    this.outputs.push(node);
    void once(node.process, 'exit').then(([code, signal]) => {
      if (!this.expected.has(node)) this.deaths.push(`a node ended by itself (${code ?? signal}): ${node.output().slice(-500)}`);
    });
  }
}

const environment = ({ clients, env = {} }: WorldOptions, postgres: PostgresServer, redis: RedisServer, symbols: readonly string[]): Record<string, string> => ({
  DATABASE_URL: postgres.url, REDIS_URL: redis.url, SYMBOLS: symbols.join(','), LOG_LEVEL: 'error',
  SIGNAL_GENERATION_INTERVAL: String(ANALYSED_EVERY_S), PRICE_MOVE_TRIGGER: '1', ANALYZE_PER_MINUTE: '1000000',
  WS_MAX_CONNECTIONS: String(clients * 4), WS_MAX_CONNECTIONS_PER_IP: String(clients * 4), ...env,
});
