import { beforeEach, expect, it, jest } from '@jest/globals';
import { RecordingWire, SteppedLoop } from '../../test/support/recording-wire.js';
import { Outbox } from './outbox.js';
import { Packet } from './packet.js';

const BOUNDS = { queueMessages: 5, queueBytes: 100_000 };
const packet = (name: string, size = 0): Packet => Packet.raw(JSON.stringify({ name, fill: 'x'.repeat(size) }));
const price = (symbol: string, at: number): Packet =>
  Packet.price({ symbol, price: at, volume: 1, change_pct: null, source: 'test', timestamp: '2026-01-01T00:00:00.000Z' }, '2026-01-01T00:00:00.000Z', `symbol:${symbol}`);

let wire: RecordingWire;
let loop: SteppedLoop;
let outbox: Outbox;
const onOverflow = jest.fn();
beforeEach(() => {
  onOverflow.mockClear();
  wire = new RecordingWire();
  loop = new SteppedLoop();
  outbox = new Outbox(wire, loop, BOUNDS, onOverflow);
});
const names = (): unknown[] => wire.texts.map((text) => {
  const { name, data } = JSON.parse(text) as { name?: string; data?: { symbol: string; price: number } };
  return name ?? `${data?.symbol} ${data?.price}`;
});
/** Writes once, and finds the socket full. */
function block(): void {
  wire.fill();
  outbox.push(packet('first'));
  loop.step();
}

it('writes all that gathered at once, in the order in which it came, answers among it', () => {
  const answer = jest.fn();
  outbox.push(packet('a'));
  outbox.page([packet('b'), packet('c')]);
  outbox.push(answer);
  outbox.push(packet('d'));
  expect(wire.writes).toHaveLength(0);
  loop.step();
  expect(wire.writes).toHaveLength(1);
  expect(wire.writes[0]![3]).toBe(answer);
  expect(names()).toEqual(['a', 'b', 'c', 'd']);
  expect(outbox.sent).toBe(5);
});

it('writes once however often it was asked to in one round, and nothing in an empty one', () => {
  outbox.push(packet('a'));
  outbox.push(packet('b'));
  loop.step();
  loop.step();
  outbox.flush();
  expect(wire.writes).toHaveLength(1);
});

it('keeps the latest price of each symbol, behind what was said', () => {
  outbox.latest('AAPL', price('AAPL', 1));
  outbox.latest('NVDA', price('NVDA', 5));
  outbox.latest('AAPL', price('AAPL', 2));
  outbox.push(packet('said'));
  loop.step();
  expect(names()).toEqual(['said', 'AAPL 2', 'NVDA 5']);
});

it('sends no price of a room that was left', () => {
  outbox.latest('AAPL', price('AAPL', 1));
  outbox.latest('NVDA', price('NVDA', 5));
  outbox.dropLatest('AAPL');
  loop.step();
  expect(names()).toEqual(['NVDA 5']);
});

it('holds everything back while the socket is full, and sends it in order when it has drained', () => {
  block();
  outbox.push(packet('b'));
  outbox.latest('AAPL', price('AAPL', 1));
  outbox.latest('AAPL', price('AAPL', 2));
  outbox.push(packet('c'));
  loop.step();
  expect(names()).toEqual(['first']);
  wire.drain();
  expect(names()).toEqual(['first', 'b', 'c', 'AAPL 2']);
  expect(wire.writes).toHaveLength(2);
});

it('takes a thousand prices for a full socket as one, and never as a backlog', () => {
  block();
  for (let at = 0; at < 1000; at += 1) outbox.latest('AAPL', price('AAPL', at));
  expect(onOverflow).not.toHaveBeenCalled();
  wire.drain();
  expect(names()).toEqual(['first', 'AAPL 999']);
});

it('overflows once, with one message more than the bound, and sends nothing after', () => {
  block();
  for (let at = 0; at < BOUNDS.queueMessages; at += 1) outbox.push(packet(`held ${at}`));
  expect(onOverflow).not.toHaveBeenCalled();
  for (let at = 0; at < 3; at += 1) outbox.push(packet('too many'));
  expect(onOverflow).toHaveBeenCalledTimes(1);
  wire.drain();
  loop.step();
  expect(names()).toEqual(['first']);
});

it('overflows by bytes, those in the socket included', () => {
  block();
  outbox.push(packet('20 kB', 20_000));
  expect(onOverflow).not.toHaveBeenCalled();
  outbox.push(packet('20 kB', 20_000));
  expect(onOverflow).toHaveBeenCalledTimes(1);
});

it('counts answers, which have no bytes, as messages', () => {
  block();
  for (let at = 0; at <= BOUNDS.queueMessages; at += 1) outbox.push(() => undefined);
  expect(onOverflow).toHaveBeenCalledTimes(1);
});

it('starts to count anew after each drain', () => {
  for (let round = 0; round < 4; round += 1) {
    block();
    for (let at = 0; at < BOUNDS.queueMessages; at += 1) outbox.push(packet('held'));
    wire.drain();
    if (round < 3) loop.step();
  }
  expect(onOverflow).not.toHaveBeenCalled();
});

it('does not count pages of history, whose reader waits', () => {
  block();
  outbox.page(Array.from({ length: 500 }, () => packet('page', 1000)));
  expect(onOverflow).not.toHaveBeenCalled();
  wire.drain();
  expect(wire.writes[1]).toHaveLength(500);
});

it('does not count what was held back before the socket was full', () => {
  for (let at = 0; at < 50; at += 1) outbox.push(packet('burst'));
  loop.step();
  expect(onOverflow).not.toHaveBeenCalled();
  expect(wire.writes[0]).toHaveLength(50);
});

it('stays blocked when what waited fills the socket again, and asks for one drain each time', () => {
  block();
  outbox.push(packet('b'));
  const write = wire.write.bind(wire);
  wire.write = (items) => { write(items); wire.fill(); };
  wire.drain();
  outbox.push(packet('c'));
  loop.step();
  expect(names()).toEqual(['first', 'b']);
  wire.drain();
  expect(names()).toEqual(['first', 'b', 'c']);
});

it('is drained at once when idle, after the write when not, and only with room in the socket', async () => {
  const seen: string[] = [];
  const when = (what: string): Promise<void> => outbox.drained().then(() => void seen.push(what));
  await when('idle');
  outbox.push(packet('a'));
  const written = when('written');
  await Promise.resolve();
  expect(seen).toEqual(['idle']);
  loop.step();
  await written;
  block();
  const drained = when('drained');
  loop.step();
  await Promise.resolve();
  expect(seen).toEqual(['idle', 'written']);
  wire.drain();
  await drained;
  expect(seen).toEqual(['idle', 'written', 'drained']);
});

it('lets those who wait go on when the client has gone', async () => {
  block();
  const waiting = outbox.drained();
  outbox.close();
  await waiting;
  await outbox.drained();
  outbox.push(packet('late'));
  outbox.latest('AAPL', price('AAPL', 1));
  outbox.page([packet('late')]);
  wire.drain();
  loop.step();
  expect(names()).toEqual(['first']);
});

it('keeps the order of what it shares with others and what is for it alone', () => {
  outbox.share(packet('shared'));
  outbox.push(packet('alone'));
  outbox.share(packet('shared after'));
  loop.step();
  expect(names()).toEqual(['shared', 'alone', 'shared after']);
  expect(outbox.sent).toBe(3);
});

it('writes one buffer for all clients that get the same in one round', () => {
  const others = [new RecordingWire(), new RecordingWire()];
  const boxes = [outbox, ...others.map((each) => new Outbox(each, loop, BOUNDS, onOverflow))];
  for (const name of ['one', 'two']) {
    const shared = packet(name);
    for (const each of boxes) each.share(shared);
  }
  loop.step();
  expect(wire.batches).toHaveLength(1);
  for (const other of others) expect(other.batches[0]!.buffer('json')).toBe(wire.batches[0]!.buffer('json'));
});

it('counts shared messages, too, while the socket is full', () => {
  block();
  for (let at = 0; at <= BOUNDS.queueMessages; at += 1) outbox.share(packet('backlog'));
  expect(onOverflow).toHaveBeenCalledTimes(1);
});
