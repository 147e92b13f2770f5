import { expect, it } from '@jest/globals';
import { isUnavailable } from './unavailable.js';
import { Turns } from './turns.js';

it('gives turns in the order in which they were asked for', async () => {
  const turns = new Turns();
  const order: number[] = [];
  await Promise.all([1, 2, 3, 4].map(async (who) => {
    await turns.take();
    order.push(who);
    await Promise.resolve();
    turns.pass();
  }));
  expect(order).toEqual([1, 2, 3, 4]);
});

it('refuses who waits inside his own turn, with the remedy, and goes on', async () => {
  const turns = new Turns(5);
  await turns.take();
  const why = await turns.take().catch((error: unknown) => error);
  expect(why).toMatchObject({ message: expect.stringMatching(/a transaction is still open.*only its own handle/) });
  expect(isUnavailable(why)).toBe(true);
  turns.pass();
  await turns.take();
  turns.pass();
});

it('ends after those in line, and lets nobody join', async () => {
  const turns = new Turns();
  const said: string[] = [];
  await turns.take();
  const second = turns.take().then(() => { said.push('second'); turns.pass(); });
  const end = turns.end().then(() => said.push('end'));
  await expect(turns.take()).rejects.toThrow('closed');
  turns.pass();
  await Promise.all([second, end]);
  expect(said).toEqual(['second', 'end']);
});
