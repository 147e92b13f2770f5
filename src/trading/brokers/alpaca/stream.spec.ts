import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { decimal } from '../../../model/decimal.js';
import { AlpacaEar, alpacaBroker, alpacaTicket } from '../../../../test/support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer, type StreamFault } from '../../../../test/support/alpaca-server.js';
import { until } from '../../../../test/support/until.js';
import type { AlpacaBroker } from './alpaca.broker.js';

let server: AlpacaServer;
let ear: AlpacaEar;
let broker: AlpacaBroker;
const told = (): string[] => ear.executions.map(({ quantity }) => quantity.toFixed());
/** The next updates of this event meet these faults, one each. */
const meets = (event: string, ...faults: readonly (StreamFault | null)[]): void => {
  const left = [...faults];
  server.streamFault = (update) => (update.event === event ? left.shift() ?? null : null);
};

beforeEach(async () => {
  server = await startAlpacaServer();
  ear = new AlpacaEar();
  broker = alpacaBroker(server, ear);
  await broker.start(ear);
  await broker.submit(alpacaTicket());
  await until(() => ear.orders.length === 1, 'the order');
});
afterEach(async () => {
  await broker.stop();
  await server.close();
});

it.each<[string, readonly (StreamFault | null)[]]>([
  ['twice', ['twice', 'twice']], ['out of order', ['later', null]], ['with one missing', [null, 'drop', null]], ['with the first missing', ['drop']],
])('passes every fill on once, in order, where updates come %s', async (_, faults) => {
  meets('partial_fill', ...faults);
  for (const volume of [1, 2, 3, 4]) server.price('AAPL', 100, volume);
  await until(() => ear.executions.at(-1)?.quantity.eq(4), 'the last fill');
  expect(told()).toEqual(['1', '2', '3', '4']);
  expect(ear.warnings).toEqual([]);
});

it('waits for the books where they lag behind the stream', async () => {
  meets('partial_fill', 'drop');
  server.lag = 2;
  server.price('AAPL', 100, 3);
  server.price('AAPL', 101, 7);
  await until(() => (server.requests.get('GET /v2/account/activities') ?? 0) >= 2, 'a second look');
  expect(told()).toEqual([]);
  server.lag = 0;
  await until(() => ear.executions.length === 2, 'the fills');
  expect(told()).toEqual(['3', '7']);
});

it('tells the fill that was missed before the cancellation that shows it', async () => {
  meets('partial_fill', 'drop');
  server.price('AAPL', 100, 4);
  await broker.cancel(server.orders[0]!.client_order_id);
  await until(() => ear.orders.at(-1)?.status === 'cancelled', 'the cancellation');
  expect(told()).toEqual(['4']);
  expect(ear.orders.at(-1)!.filledQuantity).toEqual(decimal(4));
});

it('does not tell old news of an order that has ended', async () => {
  meets('new', 'later');
  const ticket = alpacaTicket({ orderType: 'limit', limitPrice: decimal(1) });
  await broker.submit(ticket);
  await broker.cancel(ticket.clientOrderId);
  await broker.submit(alpacaTicket({ orderType: 'limit', limitPrice: decimal(1) }));
  await until(() => ear.orders.length === 3, 'what comes after');
  expect(ear.orders.filter(({ clientOrderId }) => clientOrderId === ticket.clientOrderId).map(({ status }) => status)).toEqual(['cancelled']);
});

it('says that the line is gone and back, and listens again', async () => {
  server.closeStreams();
  await until(() => ear.line.includes('lost'), 'the loss');
  await until(() => ear.line.includes('reconnected'), 'the return');
  expect(ear.line).toEqual(['lost', 'reconnected']);
  server.price('AAPL', 100);
  await until(() => ear.executions.length === 1, 'the fill');
});

it('keeps trying where the server does not answer, or refuses the keys for a while', async () => {
  await broker.stop();
  ear = new AlpacaEar();
  broker = alpacaBroker(server, ear, { readyWithinMs: 1_500 });
  await broker.start(ear);
  for (const auth of ['silent', 'refused'] as const) {
    server.auth = auth;
    const before = server.connections;
    server.closeStreams();
    await until(() => server.connections >= before + 2, `a second try while ${auth}`);
    server.auth = 'accepted';
    await until(() => ear.line.at(-1) === 'reconnected' && ear.line.filter((each) => each === 'reconnected').length === (auth === 'silent' ? 1 : 2), 'the return');
  }
  expect(ear.line).toEqual(['lost', 'reconnected', 'lost', 'reconnected']);
});

it('has all compared where an update could not be read', async () => {
  meets('partial_fill', 'garbled');
  server.price('AAPL', 100, 1);
  await until(() => ear.line.length === 2, 'the comparison');
  expect(ear.line).toEqual(['lost', 'reconnected']);
  expect(ear.warnings.at(-1)).toMatch(/could not be read/);
});

it('pings', async () => {
  await broker.stop();
  broker = alpacaBroker(server, ear, { pingEveryMs: 300 });
  await broker.start(ear);
  await until(() => server.pings >= 2, 'pings');
  expect(ear.line).toEqual([]);
});
