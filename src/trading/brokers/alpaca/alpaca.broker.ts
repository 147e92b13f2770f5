import { setTimeout } from 'node:timers/promises';
import type { trading } from '@alpacahq/alpaca-trade-api';
import type { Instrument } from '../../../model/instrument.js';
import type { AccountEntry, Execution } from '../../../model/trading.js';
import { Broker, BrokerSilent, type Abilities, type BrokerAccount, type BrokerListener, type BrokerOrder, type BrokerPosition, type Ticket } from '../broker.js';
import { History } from './history.js';
import { ALPACA_LIMITS, type AlpacaLimits } from './limits.js';
import { assetOf, brokerAccount, brokerOrder, brokerPosition, isEnd } from './mapper.js';
import { AlpacaRest, Refusal } from './rest.js';
import { abilitiesOf, refusalOf, type AlpacaAsset } from './rules.js';
import { TradeStream } from './stream.js';
import { alpacaSymbol, spelling } from './symbols.js';
import { Updates } from './updates.js';
import { isDuplicate } from './verdict.js';

export interface AlpacaOptions {
  readonly kind: 'alpaca-paper' | 'alpaca-live';
  readonly keyId: string;
  readonly secretKey: string;
  /** null: the SDK's own of this kind. */
  readonly baseUrl: string | null;
  readonly streamUrl: string | null;
  readonly instruments: readonly Instrument[];
  /** Market time. */
  readonly now: () => number;
  readonly onWarning: (message: string, error?: Error) => void;
  readonly limits?: Partial<AlpacaLimits>;
}

/** What there is between `start` and `stop`. */
interface Line {
  readonly rest: AlpacaRest;
  readonly stream: TradeStream;
  readonly history: History;
  readonly updates: Updates;
}

/** An account at Alpaca, over its official SDK, which is loaded at the start. An order is never sent again on a guess: see `submit` and `find`. */
export class AlpacaBroker extends Broker {
  readonly kind: 'alpaca-paper' | 'alpaca-live';
  readonly #limits: AlpacaLimits;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #spelling: (alpaca: string) => string;
  readonly #assets = new Map<string, AlpacaAsset>();
  /** Client order id → until when Alpaca may still be taking it, in milliseconds of a monotonic clock. */
  readonly #unsettled = new Map<string, number>();
  #startedAt = 0;
  #line: Line | null = null;

  constructor(private readonly options: AlpacaOptions) {
    super();
    this.kind = options.kind;
    this.#limits = { ...ALPACA_LIMITS, ...options.limits };
    this.#instruments = new Map(options.instruments.map((each) => [each.symbol, each]));
    this.#spelling = spelling(options.instruments);
  }

  /** Nothing can be traded before the start, as Alpaca was not asked yet. */
  abilities(instrument: Instrument): Abilities {
    return abilitiesOf(instrument, this.#assets.get(instrument.symbol) ?? null);
  }

  /** @throws Error where the keys are refused or Alpaca cannot be reached */
  async start(listener: BrokerListener): Promise<void> {
    const line = this.#connect(await import('@alpacahq/alpaca-trade-api'), listener);
    this.#line = line;
    this.#startedAt = performance.now();
    try {
      const account = await line.rest.account();
      if (account.status !== 'ACTIVE' || account.tradingBlocked === true || account.accountBlocked === true) {
        this.options.onWarning(`The account at Alpaca does not trade: its status is ${account.status}${account.tradingBlocked === true ? ', trading is blocked' : ''}`);
      }
      for (const instrument of this.options.instruments) await this.#ask(line.rest, instrument);
      await line.stream.start();
    } catch (error) {
      await this.stop();
      throw error instanceof BrokerSilent && error.cause instanceof Refusal && (error.cause.verdict.status === 401 || error.cause.verdict.status === 403)
        ? new Error(`${error.message}: check ALPACA_API_KEY, ALPACA_SECRET_KEY and that they are of this kind (paper or live)`, { cause: error })
        : error;
    }
  }

  async stop(): Promise<void> {
    const line = this.#line;
    this.#line = null;
    line?.stream.stop();
    line?.rest.stop();
    await line?.updates.stop();
  }

  /** One request. @throws BrokerRefused with Alpaca's code as `ALPACA_<code>`, or with what the adapter knows itself; BrokerSilent where no answer came */
  async submit(ticket: Ticket): Promise<BrokerOrder> {
    const asset = this.#assets.get(ticket.symbol) ?? null;
    const { rest } = this.#open();
    const refusal = refusalOf(ticket, this.#instruments.get(ticket.symbol), asset);
    if (refusal) throw refusal;
    try {
      return this.#known(await rest.submit(ticket, asset!.symbol));
    } catch (error) {
      if (error instanceof Refusal && isDuplicate(error.verdict)) return this.#taken(ticket.clientOrderId);
      if (error instanceof BrokerSilent) this.#unsettle(ticket.clientOrderId);
      throw error;
    }
  }

  /** One request, where Alpaca's id of it is known. */
  async cancel(clientOrderId: string): Promise<void> {
    const orderId = this.#open().history.idOf(clientOrderId) ?? (await this.find(clientOrderId))?.brokerOrderId;
    if (orderId === undefined) return;
    try {
      await this.#open().rest.cancel(orderId);
    } catch (error) {
      // It ended in between.
      if (error instanceof Refusal && (error.verdict.status === 404 || error.verdict.status === 422)) return;
      throw error instanceof BrokerSilent ? error : new BrokerSilent(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** Waits where the order may still be on its way. */
  async find(clientOrderId: string): Promise<BrokerOrder | null> {
    for (;;) {
      const settled = (this.#unsettled.get(clientOrderId) ?? this.#startedAt + this.#limits.settleMs) - performance.now();
      const order = await this.#open().rest.orderByClientId(clientOrderId);
      if (order || settled <= 0) {
        this.#unsettled.delete(clientOrderId);
        return order && this.#known(order);
      }
      await setTimeout(Math.max(1, settled));
    }
  }

  async openOrders(): Promise<readonly BrokerOrder[]> {
    const orders = (await this.#open().rest.orders('open', null)).map((order) => this.#known(order));
    return orders.filter(({ status }) => !isEnd(status));
  }

  async positions(): Promise<readonly BrokerPosition[]> {
    return (await this.#open().rest.positions()).map((position) => brokerPosition(position, this.#spelling));
  }

  async account(): Promise<BrokerAccount> {
    return brokerAccount(await this.#open().rest.account());
  }

  async executions(since: number): Promise<readonly Execution[]> {
    return this.#open().history.executions(since);
  }

  async entries(since: number): Promise<readonly AccountEntry[]> {
    return this.#open().history.entries(since);
  }

  #open(): Line {
    if (!this.#line) throw new BrokerSilent('The connection to Alpaca is closed');
    return this.#line;
  }

  #connect(sdk: typeof import('@alpacahq/alpaca-trade-api'), listener: BrokerListener): Line {
    const { options } = this;
    const [limits, paper] = [this.#limits, options.kind === 'alpaca-paper'];
    const rest = new AlpacaRest({ ...options, ...limits, sdk, paper });
    const history = new History(rest, this.#spelling, options.now);
    const compare = (error: Error): void => {
      options.onWarning(error.message, error);
      listener.lost(error);
      listener.reconnected();
    };
    const updates = new Updates({ history, listener, spelling: this.#spelling, onFault: compare });
    const stream = new TradeStream({
      ...options, ...limits, sdk, paper, onUpdate: (update) => updates.push(update), onMissed: compare,
      onLost: (error) => listener.lost(error), onReconnected: () => listener.reconnected(),
    });
    return { rest, stream, history, updates };
  }

  async #ask(rest: AlpacaRest, instrument: Instrument): Promise<void> {
    const symbol = alpacaSymbol(instrument);
    const asset = symbol === null ? null : await rest.asset(symbol);
    if (asset) this.#assets.set(instrument.symbol, assetOf(asset));
  }

  #known(order: trading.Order): BrokerOrder {
    const known = brokerOrder(order);
    this.#line?.history.learn(order);
    return known;
  }

  async #taken(clientOrderId: string): Promise<BrokerOrder> {
    const order = await this.find(clientOrderId);
    if (order) return order;
    throw new BrokerSilent(`Alpaca says that it has an order ${clientOrderId}, and does not find it`);
  }

  #unsettle(clientOrderId: string): void {
    const now = performance.now();
    for (const [each, until] of this.#unsettled) if (until < now) this.#unsettled.delete(each);
    this.#unsettled.set(clientOrderId, now + this.#limits.settleMs);
  }
}
