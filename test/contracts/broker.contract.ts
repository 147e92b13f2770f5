import { afterEach, describe, expect, it } from '@jest/globals';
import { decimal, ZERO, type Decimal } from '../../src/model/decimal.js';
import { sign, type Execution } from '../../src/model/trading.js';
import { BrokerRefused, type Broker, type BrokerListener, type BrokerOrder, type BrokerOrderStatus, type Ticket } from '../../src/trading/brokers/broker.js';
import { until } from '../support/until.js';

/** An account without positions, and its market. The price stands at 100 when it is given. */
export interface BrokerWorld {
  /** Started. */
  readonly broker: Broker;
  readonly symbol: string;
  /** What the suite buys, sells and buys again. */
  readonly quantity: Decimal;
  /** Makes an order one that this broker refuses. */
  readonly refused: Partial<Ticket>;
  /** Market time of an order that is made now. */
  now(): number;
  /** The market trades at this, in any volume: what can be filled there will be. */
  price(price: number): Promise<void>;
  /** Ends this broker as a kill would, and starts another one of the same account with the same listener. */
  restart(): Promise<Broker>;
  close(): Promise<void>;
}

class Heard implements BrokerListener {
  readonly executions: Execution[] = [];
  readonly orders: BrokerOrder[] = [];
  async executed(execution: Execution): Promise<void> { this.executions.push(execution); }
  async changed(order: BrokerOrder): Promise<void> { this.orders.push(order); }
  async booked(): Promise<void> {}
  reconnected(): void {}
  lost(): void {}
  /** Told more than once is once. */
  once(): readonly Execution[] {
    return [...new Map(this.executions.map((each) => [each.executionId, each])).values()];
  }
}

const signed = (executions: readonly Execution[]): Decimal => executions.reduce((sum, { side, quantity }) => sum.plus(quantity.times(sign(side))), ZERO);

/** What every broker must do alike. */
export function brokerContract(name: string, open: (listener: BrokerListener) => Promise<BrokerWorld>): void {
  describe(`the broker ${name}`, () => {
    let world: BrokerWorld;
    let heard: Heard;
    let orders = 0;
    const given = async (): Promise<Broker> => {
      heard = new Heard();
      world = await open(heard);
      return world.broker;
    };
    afterEach(() => world.close());
    const ticket = (more: Partial<Ticket> = {}): Ticket => ({
      clientOrderId: `contract-${++orders}`, symbol: world.symbol, leg: 'net', side: 'buy', quantity: world.quantity, orderType: 'market',
      limitPrice: null, stopPrice: null, trail: null, timeInForce: 'gtc', reduceOnly: false, leverage: 1, pair: null, at: world.now(), ...more,
    });
    const resting = (more: Partial<Ticket> = {}): Ticket => ticket({ orderType: 'limit', limitPrice: decimal(90), ...more });
    const reaches = (broker: Broker, { clientOrderId }: Ticket, status: BrokerOrderStatus): Promise<BrokerOrder> =>
      until(async () => {
        const found = await broker.find(clientOrderId);
        return found?.status === status ? found : null;
      }, `${clientOrderId} ${status}`);
    const bought = async (broker: Broker, more: Partial<Ticket> = {}): Promise<Ticket> => {
      const made = ticket(more);
      await broker.submit(made);
      await world.price(101);
      await reaches(broker, made, 'filled');
      await until(() => signed(heard.once().filter(({ clientOrderId }) => clientOrderId === made.clientOrderId)).abs().eq(made.quantity), 'its executions');
      return made;
    };

    it('does not know what it was never sent', async () => {
      const broker = await given();
      expect(await broker.find('never-sent')).toBeNull();
      await broker.cancel('never-sent');
      expect(await broker.openOrders()).toEqual([]);
      expect(await broker.positions()).toEqual([]);
    });

    it('takes one order for a client order id, however often and however close together it is sent', async () => {
      const broker = await given();
      const one = resting();
      const answers = [...await Promise.all([broker.submit(one), broker.submit(one)]), await broker.submit(one)];
      expect(new Set(answers.map(({ brokerOrderId }) => brokerOrderId)).size).toBe(1);
      expect(answers.map(({ clientOrderId }) => clientOrderId)).toEqual([one.clientOrderId, one.clientOrderId, one.clientOrderId]);
      expect(await broker.openOrders()).toHaveLength(1);
    });

    it('fills a market order once, at the market, and says so with the same id each time', async () => {
      const broker = await given();
      const since = world.now();
      const made = await bought(broker);
      const told = heard.once();
      expect(signed(told)).toEqual(made.quantity);
      for (const { clientOrderId, symbol, side, price, at, liquidation } of told) {
        expect({ clientOrderId, symbol, side, liquidation }).toEqual({ clientOrderId: made.clientOrderId, symbol: world.symbol, side: 'buy', liquidation: false });
        expect(price.toNumber()).toBeGreaterThan(99);
        expect(price.toNumber()).toBeLessThan(103);
        expect(at).toBeGreaterThanOrEqual(made.at);
      }
      const filled = (await broker.find(made.clientOrderId))!;
      expect(filled.filledQuantity).toEqual(made.quantity);
      expect(filled.averagePrice!.toNumber()).toBeCloseTo(told[0]!.price.toNumber(), 0);
      await broker.submit(made);
      await world.price(102);
      const ids = told.map(({ executionId }) => executionId);
      for (let again = 0; again < 2; again++) expect((await broker.executions(since)).map(({ executionId }) => executionId)).toEqual(ids);
      expect(heard.once()).toHaveLength(ids.length);
    });

    it('lets a limit order rest until its price comes', async () => {
      const broker = await given();
      const made = resting({ limitPrice: decimal(95) });
      expect((await broker.submit(made)).status).toBe('accepted');
      await world.price(96);
      expect((await broker.find(made.clientOrderId))!.filledQuantity).toEqual(ZERO);
      await world.price(94);
      expect((await reaches(broker, made, 'filled')).averagePrice!.toNumber()).toBeLessThanOrEqual(95);
    });

    it('ends an order that is cancelled, says so, and fills it no more', async () => {
      const broker = await given();
      const made = resting();
      await broker.submit(made);
      await broker.cancel(made.clientOrderId);
      await reaches(broker, made, 'cancelled');
      await until(() => heard.orders.some(({ clientOrderId, status }) => clientOrderId === made.clientOrderId && status === 'cancelled'), 'being told');
      await world.price(80);
      expect(await broker.openOrders()).toEqual([]);
      expect(await broker.positions()).toEqual([]);
      expect(await broker.executions(made.at)).toEqual([]);
      expect((await broker.submit(made)).status).toBe('cancelled');
    });

    it('does nothing where a filled order is cancelled', async () => {
      const broker = await given();
      const made = await bought(broker);
      await broker.cancel(made.clientOrderId);
      expect((await broker.find(made.clientOrderId))!.status).toBe('filled');
    });

    it('throws what it refuses, and does not know it then', async () => {
      const broker = await given();
      const made = ticket(world.refused);
      await expect(broker.submit(made)).rejects.toThrow(BrokerRefused);
      expect(await broker.find(made.clientOrderId)).toBeNull();
      expect(await broker.openOrders()).toEqual([]);
    });

    it('holds what its executions add up to, through adding, reducing and closing', async () => {
      const broker = await given();
      const since = world.now();
      for (const [side, held] of [['buy', 1], ['buy', 2], ['sell', 1], ['sell', 0]] as const) {
        await bought(broker, { side });
        const positions = await broker.positions();
        const expected = world.quantity.times(held);
        expect(positions.reduce((sum, position) => sum.plus(position.quantity.times(sign(position.side))), ZERO)).toEqual(expected);
        expect(signed(await broker.executions(since))).toEqual(expected);
        expect(positions).toHaveLength(held === 0 ? 0 : 1);
      }
    });

    it('goes on with open orders, positions and executions after a restart', async () => {
      let broker = await given();
      const since = world.now();
      await bought(broker);
      const rests = resting({ limitPrice: decimal(95) });
      const before = await broker.submit(rests);
      const executions = await broker.executions(since);
      const positions = await broker.positions();
      broker = await world.restart();
      expect((await broker.submit(rests)).brokerOrderId).toBe(before.brokerOrderId);
      expect((await broker.openOrders()).map(({ clientOrderId }) => clientOrderId)).toEqual([rests.clientOrderId]);
      expect(await broker.positions()).toEqual(positions);
      expect(await broker.executions(since)).toEqual(executions);
      await world.price(94);
      await reaches(broker, rests, 'filled');
      expect(signed(await broker.executions(since))).toEqual(world.quantity.times(2));
    });
  });
}
