import { setTimeout } from 'node:timers/promises';
import { ZERO, type Decimal } from '../model/decimal.js';
import { sign, type Leg } from '../model/trading.js';
import { remaining, type Account } from './account.js';
import type { Broker, BrokerAccount } from './brokers/broker.js';
import type { Booked } from './executions.js';
import type { OrderFlow } from './order.flow.js';

/** What the broker has and these books have, signed. */
export interface Difference {
  readonly symbol: string;
  readonly leg: Leg;
  readonly ours: Decimal;
  readonly theirs: Decimal;
}

export interface Meeting {
  readonly account: Account;
  readonly broker: Broker;
  readonly flow: OrderFlow;
  /** Take the broker's positions over instead of reporting differences. */
  readonly adopting: boolean;
  readonly fill: (booked: Booked) => void;
  /** How long is waited before a difference is believed: once each. */
  readonly lookAgainMs: readonly number[];
}

/** Executions around a restart may carry an earlier market time than what was booked last. */
const OVERLAP_MS = 60_000;

/** Takes up what was missed, asks after orders without an answer, and compares positions. @throws BrokerSilent */
export async function reconcile({ account, broker, flow, adopting, fill, lookAgainMs }: Meeting): Promise<readonly Difference[]> {
  await catchUp({ broker, flow, fill });
  for (const order of account.openOrders()) await flow.orders.ask(order);
  if (adopting) {
    const theirs = await broker.account();
    await flow.executions.adopt(await broker.positions(), theirs);
    afford(account, broker, theirs);
    return [];
  }
  afford(account, broker, await broker.account());
  let differences = differencesOf(account, await broker.positions());
  // a fill between the two questions, or one that is not shown yet, is no difference
  for (const wait of lookAgainMs) {
    if (differences.length === 0) break;
    await setTimeout(wait);
    await catchUp({ broker, flow, fill });
    differences = differencesOf(account, await broker.positions());
  }
  return differences;
}

/** What the broker says may be bound: without what its open orders bind, which gates count themselves. */
export function afford(account: Account, { kind }: Pick<Broker, 'kind'>, { buyingPower }: Pick<BrokerAccount, 'buyingPower'>): void {
  if (kind === 'paper') return; // the books say it
  const bound = account.openOrders().filter(({ reduceOnly, status }) => !reduceOnly && (status === 'accepted' || status === 'partially_filled'));
  account.buyingPower = bound.reduce((sum, order) => sum.plus(remaining(order).times(order.limitPrice ?? order.stopPrice ?? account.book.markOf(order.symbol) ?? ZERO).div(order.leverage)), buyingPower);
}

async function catchUp({ broker, flow, fill }: Pick<Meeting, 'broker' | 'flow' | 'fill'>): Promise<void> {
  const since = Math.max(0, flow.executions.settledUntil - OVERLAP_MS);
  for (const entry of await broker.entries(since)) await flow.executions.entered(entry);
  for (const execution of await broker.executions(since)) {
    // of an order that is not ours: positions will tell. Without an order: what the broker did itself (liquidation, a fee in coins)
    if (execution.clientOrderId !== null && !(await flow.orders.knows(execution.clientOrderId))) continue;
    const booked = await flow.executions.executed(execution);
    if (booked) fill(booked);
  }
}

function differencesOf(account: Account, theirs: Awaited<ReturnType<Broker['positions']>>): readonly Difference[] {
  const places = new Map<string, { symbol: string; leg: Leg }>();
  for (const { symbol, leg } of [...account.book.positions(), ...theirs]) places.set(`${leg} ${symbol}`, { symbol, leg });
  return [...places.values()].flatMap(({ symbol, leg }) => {
    const ours = account.book.held(symbol, leg);
    const found = theirs.find((position) => position.symbol === symbol && position.leg === leg);
    const broker = found ? found.quantity.times(sign(found.side)) : ZERO;
    return ours.eq(broker) ? [] : [{ symbol, leg, ours, theirs: broker }];
  });
}
