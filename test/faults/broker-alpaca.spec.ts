import { describe, expect, it } from '@jest/globals';
import { decimal, ZERO, type Decimal } from '../../src/model/decimal.js';
import { sign, type Execution } from '../../src/model/trading.js';
import type { AlpacaBroker } from '../../src/trading/brokers/alpaca/alpaca.broker.js';
import { BrokerRefused, BrokerSilent, type Ticket } from '../../src/trading/brokers/broker.js';
import { AlpacaEar, alpacaBroker, alpacaTicket } from '../support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer, type HttpFault, type StreamFault } from '../support/alpaca-server.js';
import { until } from '../support/until.js';

const RUNS = 300;
const AT_ONCE = 16;
const ORDERS = 4;
/** An order may be taken a little after we gave up, and before we believe that it was not; an answer without a fault comes before, also on a busy machine. */
const LIMITS = { timeoutMs: 300, settleMs: 500, firstReconnectMs: 5, mostReconnectMs: 20 };
const HTTP: readonly HttpFault[] = [
  { does: 'lost-before' }, { does: 'lost-after' }, { does: 'bad-json-after' }, { does: 'proxy-page-after' }, { does: 'slow-after', ms: 400 }, { does: 'done-late', ms: 350 },
  { does: 'status-after', status: 500 }, { does: 'status-before', status: 503, retryAfter: 0 }, { does: 'status-before', status: 429, retryAfter: 0.005 },
];
const STREAM: readonly StreamFault[] = ['drop', 'twice', 'later', 'garbled', 'close-before', 'close-after'];

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Run {
  readonly ear = new AlpacaEar();
  readonly sent = new Map<string, Ticket>();
  readonly met = new Map<string, number>();
  readonly #next: () => number;
  #broker!: AlpacaBroker;

  constructor(readonly seed: number, private readonly server: AlpacaServer) {
    this.#next = random(seed);
  }

  #one<T>(from: readonly T[]): T {
    return from[Math.floor(this.#next() * from.length)]!;
  }
  #meet<T extends HttpFault | StreamFault>(fault: T): T {
    const name = typeof fault === 'string' ? fault : fault.does;
    this.met.set(name, (this.met.get(name) ?? 0) + 1);
    return fault;
  }

  faults(on: boolean): void {
    this.server.fault = ({ route }) => (on && !route.includes('assets') && this.#next() < (route.startsWith('POST') ? 0.5 : 0.15) ? this.#meet(this.#one(HTTP)) : null);
    this.server.streamFault = () => (on && this.#next() < 0.3 ? this.#meet(this.#one(STREAM)) : null);
  }

  /** Whatever state it is in, a new process starts. */
  async start(): Promise<void> {
    for (;;) {
      this.#broker = alpacaBroker(this.server, this.ear, LIMITS);
      try {
        return await this.#broker.start(this.ear);
      } catch {
        await this.#broker.stop();
      }
    }
  }

  /** As the desk does: a silence is answered by a question, and only its no by another order. */
  async place(ticket: Ticket): Promise<void> {
    for (let known = false; !known;) {
      try {
        const submitted = this.#broker.submit(ticket);
        if (this.#next() < 0.1) {
          submitted.catch(() => {});
          await this.#broker.stop();
          await this.start();
        } else {
          await submitted;
          return;
        }
      } catch (error) {
        if (error instanceof BrokerRefused && error.code !== 'RATE_LIMITED') throw error;
      }
      known = (await this.patiently(() => this.#broker.find(ticket.clientOrderId))) !== null;
    }
  }

  async patiently<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof BrokerSilent)) throw error;
      }
    }
  }

  async trade(): Promise<void> {
    this.faults(true);
    await this.start();
    for (let each = 0; each < ORDERS; each += 1) {
      const ticket = alpacaTicket({
        clientOrderId: `run-${this.seed}-${each}`, quantity: decimal(1 + Math.floor(this.#next() * 9)), side: this.#one(['buy', 'buy', 'sell'] as const),
        ...(this.#next() < 0.5 && { orderType: 'limit', limitPrice: decimal(100 + Math.floor(this.#next() * 3)) }),
      });
      // Alpaca refuses to sell more than is held and free; that is no fault.
      await this.place(ticket).then(() => this.sent.set(ticket.clientOrderId, ticket), (error: unknown) => { if (!(error instanceof BrokerRefused)) throw error; });
      for (let prices = 0; prices < 2; prices += 1) this.server.price('AAPL', 99 + Math.floor(this.#next() * 4), 1 + Math.floor(this.#next() * 6));
      if (this.#next() < 0.3) await this.patiently(() => this.#broker.cancel(ticket.clientOrderId));
    }
    this.faults(false);
  }

  async compare(): Promise<void> {
    const booked = await this.patiently(() => this.#broker.executions(0));
    const all = new Map<string, Execution>([...this.ear.executions, ...booked].map((each) => [each.executionId, each]));
    const held = [...all.values()].reduce((sum, { side, quantity }) => sum.plus(quantity.times(sign(side))), ZERO);
    const names = this.server.orders.map(({ client_order_id }) => client_order_id);
    expect({ seed: this.seed, names: [...names].sort() }).toEqual({ seed: this.seed, names: [...this.sent.keys()].sort() });
    expect({ seed: this.seed, held: held.toFixed(), booked: booked.length }).toEqual({ seed: this.seed, held: this.#held().toFixed(), booked: all.size });
    const positions = await this.patiently(() => this.#broker.positions());
    expect(positions.reduce((sum, { side, quantity }) => sum.plus(quantity.times(sign(side))), ZERO).toFixed()).toBe(this.#held().toFixed());
    for (const { client_order_id, filled_qty } of this.server.orders) {
      const filled = [...all.values()].filter(({ clientOrderId }) => clientOrderId === client_order_id).reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
      expect({ seed: this.seed, client_order_id, filled: filled.toFixed() }).toEqual({ seed: this.seed, client_order_id, filled: filled_qty });
    }
  }

  #held(): Decimal {
    return this.server.positions.get('AAPL') ?? ZERO;
  }

  /** With the faults over, the stream alone is enough for what comes next. */
  async goesOn(): Promise<void> {
    const ticket = alpacaTicket({ clientOrderId: `run-${this.seed}-last`, timeInForce: 'day', symbol: 'SPY', quantity: decimal('0.5') });
    await this.place(ticket);
    await until(() => this.server.listeners > 0, `the stream of run ${this.seed}`);
    this.server.price('SPY', 500);
    await until(() => this.ear.executions.some(({ clientOrderId }) => clientOrderId === ticket.clientOrderId), `the last fill of run ${this.seed}`);
  }

  stop(): Promise<void> {
    return this.#broker.stop();
  }
}

describe('the Alpaca broker under faults', () => {
  it(`makes exactly one order of each intent, and knows all that was filled, in ${RUNS} seeded runs`, async () => {
    const met = new Map<string, number>();
    let [orders, executions] = [0, 0];
    const one = async (seed: number): Promise<void> => {
      const server = await startAlpacaServer();
      server.price('AAPL', 100);
      server.price('SPY', 500);
      const run = new Run(seed, server);
      try {
        await run.trade();
        await run.compare();
        if (seed % 10 === 0) await run.goesOn();
      } finally {
        await run.stop();
        await server.close();
      }
      for (const [fault, times] of run.met) met.set(fault, (met.get(fault) ?? 0) + times);
      orders += run.sent.size;
      executions += run.ear.executions.length;
    };
    const seeds = Array.from({ length: RUNS }, (_, at) => at + 1);
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await one(seed);
    }));
    // The faults were there.
    for (const fault of [...HTTP.map(({ does }) => does), ...STREAM]) expect([fault, (met.get(fault) ?? 0) > 20]).toEqual([fault, true]);
    expect(orders).toBeGreaterThan(RUNS * 2);
    expect(executions).toBeGreaterThan(RUNS);
    if (process.env['SHOW']) process.stdout.write(`${JSON.stringify({ orders, executions, met: Object.fromEntries(met) })}\n`);
  });
});
