import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import type { ConfiguredInstrument } from '../../config/config.js';
import { Hub } from '../../rooms/hub.js';
import { clientRoom, symbolRoom } from '../../rooms/names.js';
import { MemoryRoomBus } from '../../rooms/room-bus.memory.js';
import { RoomHistory } from '../../rooms/room-history.js';
import { RoomLog } from '../../rooms/room-log.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { isUnavailable } from '../../storage/unavailable.js';
import { AlertStore } from './alert-store.js';
import { Alerts } from './alerts.js';
import type { When } from './condition.js';

const fail = (error: Error): never => { throw error; };
const UP: When = { field: 'price', op: 'crosses_above', value: 100 };
const BUY: When = { field: 'action', op: 'becomes', value: 'BUY' };

let db: FreshDatabase;
let log: RoomLog;
let writer: RoomWriter;
let alerts: Alerts;
let price: number;
let time: number;
let changes = 0;

/** What a process does at its start; the one before is only forgotten, as after kill -9. */
async function restart(): Promise<void> {
  log = new RoomLog(db.kysely);
  const bus = new MemoryRoomBus();
  writer = new RoomWriter(db.kysely, log, new Hub(log, bus, fail), bus, isUnavailable);
  const lastPrice = (symbol: string) => ({ symbol, price, volume: 0, change_pct: null, source: 'test', timestamp: '' });
  const market = { instruments: ['A', 'B'].map((symbol) => ({ symbol }) as ConfiguredInstrument), lastPrice };
  alerts = new Alerts({ store: new AlertStore(db.kysely), writer, history: new RoomHistory(db.kysely), log, market, onChange: () => { changes += 1; }, onFault: fail });
  await alerts.start();
  await alerts.catchUp();
}
const tick = (next: number, symbol = 'A'): void => {
  price = next;
  alerts.price({ symbol, price: next, volume: 1, change_pct: null, source: 'test', timestamp: '' }, ++time, true);
};
/** Values that were told, of what is stored. */
async function told(owner = 'alice'): Promise<unknown[]> {
  await alerts.stop(1000);
  const messages = await log.read(clientRoom(owner), 0, 1e9, 1000);
  return messages.map(({ body }) => (JSON.parse(body) as { value: unknown }).value);
}
const sign = async (run: string, action: string, symbol = 'A'): Promise<void> => {
  const body = JSON.stringify({ signal_id: `signal-${run}`, action, confidence: 0.5, probability: null, agents_consensus: { consensus_strength: 'STRONG' } });
  await writer.say({ messages: [{ room: symbolRoom(symbol), messageId: `run:${run}:signal`, type: 'signal_update', body, marketTime: ++time }] });
};

beforeEach(async () => {
  db = await freshSqlite();
  price = 90;
  time = 0;
  await restart();
});
afterEach(async () => {
  await alerts.stop(0);
  await db.drop();
});

it('tells a crossing that came while no process ran, and tells it once', async () => {
  await alerts.set('alice', 'A', UP, false);
  await alerts.set('alice', '*', { ...UP, value: 110 }, false);
  await alerts.stop(1000);
  await restart();
  tick(105);
  tick(106);
  expect(await told()).toEqual([105]);
  await restart();
  tick(107);
  tick(109);
  expect(await told()).toEqual([105]);
  await restart();
  tick(111);
  expect(await told()).toEqual([105, 111]);
});

it('remembers a price that went back, though nothing fired', async () => {
  await alerts.set('alice', 'A', UP, false);
  tick(101);
  tick(99);
  expect(await told()).toEqual([101]);
  await restart();
  tick(102);
  expect(await told()).toEqual([101, 102]);
});

it('does not fire for where the price was when it was set', async () => {
  price = 120;
  await alerts.set('alice', 'A', UP, false);
  tick(121);
  tick(100);
  tick(100.5);
  expect(await told()).toEqual([100.5]);
});

it('fires once where that was asked for, also over restarts, and for every symbol where all are meant', async () => {
  await alerts.set('alice', '*', UP, true);
  await alerts.set('bob', '*', UP, false);
  tick(101, 'B');
  tick(102, 'A');
  await alerts.stop(1000);
  await restart();
  expect(alerts.of('alice')).toEqual([]);
  tick(90);
  tick(103);
  expect(await told()).toEqual([101]);
  expect(await told('bob')).toEqual([101, 102, 103]);
});

it('compares a signal with the one before it in its room, whoever made that', async () => {
  await sign('0', 'BUY');
  await alerts.set('alice', 'A', BUY, false);
  for (const [run, action] of [['1', 'BUY'], ['2', 'HOLD'], ['3', 'BUY'], ['4', 'BUY']] as const) {
    await sign(run, action);
    alerts.signal('A', `run:${run}:signal`);
    if (run === '3') alerts.signal('A', 'run:3:signal'); // told twice, said once
  }
  expect(await told()).toEqual(['BUY']);
});

it('tells at the next start what a killed process had stored and not told, once', async () => {
  await alerts.set('alice', '*', BUY, false);
  for (const set = Date.now(); Date.now() === set;) await new Promise((resolve) => setImmediate(resolve)); // the signal comes in a later millisecond
  await sign('1', 'BUY', 'B');
  await restart();
  await restart();
  expect(await told()).toEqual(['BUY']);
});

it('keeps nothing that could not be stored', async () => {
  await db.kysely.schema.dropTable('alerts').execute();
  await expect(alerts.set('alice', 'A', UP, false)).rejects.toThrow(/alerts/);
  expect(alerts.of('alice')).toEqual([]);
});

it('of another node is known after a word from it, told by the one that leads, and forgotten by all', async () => {
  await restart();
  const [leader, elsewhere] = [alerts, (await restart(), alerts)];
  const at = (node: Alerts, next: number, tells: boolean): void =>
    node.price({ symbol: 'A', price: next, volume: 1, change_pct: null, source: 'test', timestamp: '' }, ++time, tells);
  changes = 0;
  await elsewhere.set('alice', 'A', UP, true);
  const kept = await elsewhere.set('alice', 'A', { ...UP, value: 120 }, false);
  expect(changes).toBe(2);
  await leader.sync();
  expect(leader.of('alice')).toEqual(elsewhere.of('alice'));
  for (const next of [95, 105]) {
    at(elsewhere, next, false);
    at(leader, next, true);
  }
  await leader.stop(1000);
  expect(await told()).toEqual([105]);
  await elsewhere.sync();
  expect(elsewhere.of('alice')).toEqual([kept]);
  await elsewhere.delete('alice', kept.alertId);
  await leader.sync();
  expect(leader.of('alice')).toEqual([]);
});
