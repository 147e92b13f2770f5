import type { Leg } from '../model/trading.js';
import { planKey, type Account } from './account.js';
import type { Broker } from './brokers/broker.js';
import type { Cancels } from './cancels.js';
import type { AccountStore } from './account-store.js';
import type { OrderFlow } from './order.flow.js';
import { ownerOf } from './owner.js';
import type { Prices } from './prices.js';
import { proposal } from './proposal.js';
import { protectionOf, reached, type Watched } from './protection.js';
import type { Decision } from './trading.js';

export interface ExitsNeeds {
  readonly account: Account;
  readonly broker: Broker;
  readonly flow: OrderFlow;
  readonly cancels: Cancels;
  readonly prices: Prices;
  readonly store: Pick<AccountStore, 'decision'>;
  readonly instrumentOf: (symbol: string) => Parameters<Broker['abilities']>[0];
}

const RETRY_MS = 60_000;

/** How positions end by themselves: target and stop, at the broker where it takes them, else watched here; and their time. Steps of the account's desk. */
export class Exits {
  private readonly watched = new Map<string, Watched>();
  private readonly tried = new Map<string, number>();

  constructor(private readonly needs: ExitsNeeds) {}

  /** Protective orders that fit the position as it is. */
  async protect(symbol: string, leg: Leg): Promise<void> {
    const { account, broker, flow, cancels, prices, instrumentOf } = this.needs;
    if (!prices.knows(symbol)) return; // nothing of it is traded here
    const { cancel, place, watched } = protectionOf(account, symbol, leg, broker.abilities(instrumentOf(symbol)), prices.now());
    const key = planKey(symbol, leg);
    let rest: Watched | null = watched;
    await cancels.all(cancel);
    for (const order of place) {
      const sent = await flow.orders.protect(order);
      // a level that the broker does not take is watched from here
      if (sent.status === 'rejected' && order.role === 'stop') rest = { target: rest?.target ?? null, stop: order.stopPrice };
      if (sent.status === 'rejected' && order.role === 'target') rest = { stop: rest?.stop ?? null, target: order.limitPrice };
    }
    if (rest && (rest.target || rest.stop)) this.watched.set(key, rest);
    else this.watched.delete(key);
  }

  /** Levels that do not rest at the broker, and positions whose time has come; what was decided of them. */
  async due(symbol: string): Promise<readonly Decision[]> {
    const { account, flow, cancels, prices, store } = this.needs;
    const price = prices.of(symbol);
    const now = prices.now();
    const decided: Decision[] = [];
    if (!price) return decided;
    for (const position of account.book.positions().filter((each) => each.symbol === symbol)) {
      const key = planKey(symbol, position.leg);
      const plan = account.plans.get(key);
      if (!plan) continue;
      const watched = this.watched.get(key);
      const level = watched ? reached(position, watched, price.last) : null;
      const due = plan.exitAt !== null && now >= plan.exitAt;
      const closing = account.openOrders(symbol, position.leg).some(({ role }) => role === 'exit');
      if ((!level && !due) || closing || (this.tried.get(key) ?? Number.NEGATIVE_INFINITY) > now - RETRY_MS) continue;
      this.tried.set(key, now);
      await cancels.blocking(symbol, position.leg);
      decided.push(await flow.consider(proposal({
        key: `exit:${plan.orderId}:${now}`, accountId: account.id, symbol, leg: position.leg, origin: 'strategy', originId: level ?? 'horizon', onBehalf: await ownerOf(plan, store),
        want: { kind: 'close', quantity: null }, asOf: now, price: price.last, reason: level ? `The ${level} was reached` : 'The horizon of what opened it has passed',
      })));
    }
    return decided;
  }
}
