import { expect, it } from '@jest/globals';
import { FlushLoop, type Flushable } from './flush-loop.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function spend(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Asks for one write until it is written, as an outbox does, and takes `busyMs` for it. */
class Client implements Flushable {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  private marked = false;
  private wake: () => void = () => undefined;
  constructor(private readonly loop: FlushLoop, private readonly busyMs = 0) {}

  get writes(): number {
    return this.starts.length;
  }

  push(): void {
    if (this.marked) return;
    this.marked = true;
    this.loop.mark(this);
  }

  flush(): void {
    this.marked = false;
    this.starts.push(performance.now());
    spend(this.busyMs);
    this.ends.push(performance.now());
    this.wake();
  }

  written(): Promise<void> {
    return new Promise((resolve) => { this.wake = resolve; });
  }
}

it('writes at the end of the turn when idle, not before', async () => {
  const client = new Client(new FlushLoop());
  client.push();
  expect(client.writes).toBe(0);
  await turn();
  expect(client.writes).toBe(1);
});

it('writes each client once for all that came in the turn', async () => {
  const loop = new FlushLoop();
  const clients = Array.from({ length: 20 }, () => new Client(loop));
  for (let message = 0; message < 50; message += 1) for (const client of clients) client.push();
  await turn();
  expect(clients.map(({ writes }) => writes)).toEqual(clients.map(() => 1));
});

it('takes who is marked during a round in the next one', async () => {
  const loop = new FlushLoop();
  const late = new Client(loop);
  const written = late.written();
  let during = -1;
  loop.mark({
    flush: () => {
      late.push();
      during = late.writes;
    },
  });
  await written;
  expect(during).toBe(0);
  expect(late.writes).toBe(1);
});

it('gathers for longer after a round that took long', async () => {
  const loop = new FlushLoop();
  const client = new Client(loop, 3);
  client.push();
  await client.written();
  const again = client.written();
  client.push();
  await again;
  expect(client.starts[1]! - client.ends[0]!).toBeGreaterThanOrEqual(4.5); // timers are whole milliseconds
});

it('gathers for 8 ms at most', async () => {
  const loop = new FlushLoop();
  const slow = new Client(loop, 40);
  slow.push();
  await turn();
  const client = new Client(loop);
  const order: string[] = [];
  client.push();
  await Promise.all([
    client.written().then(() => order.push('written')),
    new Promise<void>((resolve) => { setTimeout(() => { order.push('30 ms'); resolve(); }, 30); }),
  ]);
  expect(order).toEqual(['written', '30 ms']);
});

it('writes at once again after a quiet time', async () => {
  const loop = new FlushLoop();
  const slow = new Client(loop, 20);
  slow.push();
  await turn();
  spend(10);
  slow.push();
  await turn();
  expect(slow.writes).toBe(2);
});
