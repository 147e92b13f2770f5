import { setTimeout } from 'node:timers/promises';
import type { trading } from '@alpacahq/alpaca-trade-api';
import { BrokerRefused, BrokerSilent, type Ticket } from '../broker.js';
import { orderRequest, type Activity } from './mapper.js';
import { Pace, PaceExceeded, type PaceLimits, type Urgency } from './pace.js';
import { verdictOf, type Verdict } from './verdict.js';

type Sdk = typeof import('@alpacahq/alpaca-trade-api');

export interface RestOptions {
  readonly sdk: Sdk;
  readonly paper: boolean;
  readonly keyId: string;
  readonly secretKey: string;
  readonly baseUrl: string | null;
  readonly timeoutMs: number;
  readonly pace: PaceLimits;
}

const TRIES = 3;
const FIRST_RETRY_MS = 100;
const LIMITED_MS = 1_000;
const PAGE = 100;
const ORDERS_PAGE = 500;

/** A refusal by Alpaca itself. */
export class Refusal extends BrokerRefused {
  constructor(readonly verdict: Extract<Verdict, { kind: 'refused' }>) {
    super(verdict.code, verdict.message);
  }
}

/** Alpaca's trading API over the official SDK, whose own retries are off: what is sent again, and when, is decided here alone. */
export class AlpacaRest {
  readonly #orders: trading.OrdersApi;
  readonly #account: trading.AccountsApi;
  readonly #positions: trading.PositionsApi;
  readonly #activities: trading.AccountActivitiesApi;
  readonly #assets: trading.AssetsApi;
  readonly #pace: Pace;
  readonly #stopped = new AbortController();

  constructor({ sdk: { trading }, paper, keyId, secretKey, baseUrl, timeoutMs, pace }: RestOptions) {
    const configuration = new trading.Configuration({
      paper, keyId, secret: secretKey, timeoutMs, retry: { maxRetries: 0 }, ...(baseUrl !== null && { basePath: baseUrl.replace(/\/+(v2\/?)?$/, '') }),
    });
    this.#orders = new trading.OrdersApi(configuration);
    this.#account = new trading.AccountsApi(configuration);
    this.#positions = new trading.PositionsApi(configuration);
    this.#activities = new trading.AccountActivitiesApi(configuration);
    this.#assets = new trading.AssetsApi(configuration);
    this.#pace = new Pace(pace);
  }

  /** Nothing is sent any more, and what waits for its turn ends. */
  stop(): void {
    this.#stopped.abort(new BrokerSilent('The connection to Alpaca is closed'));
  }

  /** Sent once; again only after a 429, which says that it was not looked at. @throws BrokerRefused, BrokerSilent */
  submit(ticket: Ticket, symbol: string): Promise<trading.Order> {
    return this.#send(() => this.#orders.postOrder({ postOrderRequest: orderRequest(ticket, symbol) }), 'order');
  }

  /** @throws BrokerRefused where it can no longer be cancelled, BrokerSilent */
  cancel(orderId: string): Promise<void> {
    return this.#send(() => this.#orders.deleteOrderByOrderID({ orderId }), 'cancel');
  }

  orderByClientId(clientOrderId: string): Promise<trading.Order | null> {
    return this.#find(() => this.#orders.getOrderByClientOrderId({ clientOrderId }), 'order');
  }

  order(orderId: string): Promise<trading.Order | null> {
    return this.#find(() => this.#orders.getOrderByOrderID({ orderId }), 'read');
  }

  asset(symbol: string): Promise<trading.Assets | null> {
    return this.#find(() => this.#assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: symbol }), 'read');
  }

  account(): Promise<trading.Account> {
    return this.#read(() => this.#account.getAccount());
  }

  positions(): Promise<trading.Position[]> {
    return this.#read(() => this.#positions.getAllOpenPositions());
  }

  /** Oldest first; `after` in epoch milliseconds, of their submission. */
  async orders(status: 'open' | 'all', after: number | null): Promise<readonly trading.Order[]> {
    const found = new Map<string, trading.Order>();
    for (let from = after; ;) {
      const page = await this.#read(() => this.#orders.getAllOrders({
        status, limit: ORDERS_PAGE, direction: 'asc', nested: false, ...(from !== null && { after: new Date(from).toISOString() }),
      }));
      const before = found.size;
      for (const order of page) if (order.id !== undefined) found.set(order.id, order);
      const last = page.at(-1);
      // The boundary is read again, as several orders may share its millisecond.
      if (page.length < ORDERS_PAGE || found.size === before || !last?.submittedAt) return [...found.values()];
      from = last.submittedAt.getTime() - 1;
    }
  }

  /** Oldest first, of these types, or of every type that is no trade. */
  async activities(types: readonly trading.ActivityType[] | 'non_trade_activity', after: number): Promise<readonly Activity[]> {
    const found = new Map<string, Activity>();
    for (let pageToken: string | undefined; ;) {
      const page = await this.#read(() => this.#activities.getAccountActivities({
        ...(types === 'non_trade_activity' ? { category: types } : { activityTypes: [...types] }),
        after: new Date(after), direction: 'asc', pageSize: PAGE, ...(pageToken !== undefined && { pageToken }),
      }));
      const before = found.size;
      for (const activity of page) found.set(activity.id ?? '', activity);
      pageToken = page.at(-1)?.id;
      if (page.length < PAGE || pageToken === undefined || found.size === before) return [...found.values()];
    }
  }

  async #send<T>(call: () => Promise<T>, urgency: Urgency): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      // What never got its turn was not sent: that is certain.
      const verdict = await this.#attempt(call, urgency, (reason) => new BrokerRefused('RATE_LIMITED', reason));
      if ('value' in verdict) return verdict.value;
      if (verdict.kind === 'refused') throw new Refusal(verdict);
      if (verdict.kind === 'silent') throw new BrokerSilent(verdict.message);
      if (tries === TRIES) throw new BrokerRefused('RATE_LIMITED', 'Alpaca takes no more requests for now, and did not look at this one: try later');
    }
  }

  /** Reads may be asked again; one that was waited for in vain is not, as the next would be waited for as long. */
  async #read<T>(call: () => Promise<T>, urgency: Urgency = 'read'): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const verdict = await this.#attempt(call, urgency, (reason) => new BrokerSilent(reason));
      if ('value' in verdict) return verdict.value;
      if (verdict.kind === 'refused') throw new BrokerSilent(verdict.message, { cause: new Refusal(verdict) });
      if (tries === TRIES || (verdict.kind === 'silent' && verdict.timedOut)) {
        throw new BrokerSilent(verdict.kind === 'silent' ? verdict.message : 'Alpaca takes no more requests for now');
      }
      if (verdict.kind === 'silent') await setTimeout(FIRST_RETRY_MS * 2 ** (tries - 1));
    }
  }

  async #find<T>(call: () => Promise<T>, urgency: Urgency): Promise<T | null> {
    try {
      return await this.#read(call, urgency);
    } catch (error) {
      if (error instanceof BrokerSilent && error.cause instanceof Refusal && error.cause.verdict.status === 404) return null;
      throw error;
    }
  }

  async #attempt<T>(call: () => Promise<T>, urgency: Urgency, unsent: (reason: string) => Error): Promise<{ readonly value: T } | Verdict> {
    try {
      await this.#pace.turn(urgency, this.#stopped.signal);
    } catch (error) {
      throw unsent(error instanceof PaceExceeded ? error.message : 'The connection to Alpaca is closed');
    }
    try {
      return { value: await call() };
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict.kind === 'limited') this.#pace.pause(verdict.afterMs ?? LIMITED_MS);
      return verdict;
    }
  }
}
