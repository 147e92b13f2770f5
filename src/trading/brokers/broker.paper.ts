import type { Kysely } from 'kysely';
import type { PaperTerms } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { decimal, ZERO, type Decimal } from '../../model/decimal.js';
import type { Instrument } from '../../model/instrument.js';
import type { AccountEntry, AccountMode, Execution } from '../../model/trading.js';
import type { Schema } from '../../storage/schema.js';
import { Broker, BrokerRefused, BrokerSilent, type Abilities, type BrokerAccount, type BrokerListener, type BrokerOrder, type BrokerPosition, type Ticket } from './broker.js';
import { paperAbilities } from './paper/abilities.js';
import { barOfCandle, barOfTick, type Bar } from './paper/bar.js';
import { checkTicket } from './paper/check-ticket.js';
import { PaperAccount, type Changes, type Told } from './paper/paper-account.js';
import { accepted, brokerOrderOf } from './paper/paper-order.js';
import { PaperStore } from './paper/paper-store.js';
import { Serial } from './paper/serial.js';
import { sessionEndOf, type SessionEnd } from './paper/session-end.js';
import { tradeBar } from './paper/trade-bar.js';
import { TradedVolumes, VolumeBudget } from './paper/volume.js';

export interface PaperBrokerNeeds {
  readonly db: Kysely<Schema>;
  readonly accountId: string;
  readonly mode: AccountMode;
  readonly currency: string;
  /** What a new account begins with; it is no entry. */
  readonly balance: number;
  readonly terms: PaperTerms;
  readonly instruments: readonly Instrument[];
  /** Of what does not always trade. */
  readonly sessionEnd: SessionEnd;
  /** What the listener throws. The same is read again with `executions()` and `entries()`. */
  readonly onError: (error: unknown) => void;
}

const DONE = Promise.resolve();
const badPrice = (symbol: string, price: number): RangeError => new RangeError(`The paper broker was given ${price} as a price of ${symbol}: prices are finite and above zero, see what the feed sends`);

/**
 * A broker of our own, which the market drives by `tick` and `candle`; it reads no clock. What it decides is stored in one
 * transaction before it is told or answered. That an order was accepted is the answer to `submit` and is not told besides.
 * The listener may submit and cancel while it is told something, but must not await `tick` or `candle`.
 */
export class PaperBroker extends Broker {
  readonly kind = 'paper';
  readonly #store: PaperStore;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #books = new Serial();
  readonly #market = new Serial();
  readonly #telling = new Serial();
  readonly #volumes = new TradedVolumes();
  /** Of each symbol since the start. */
  readonly #prices = new Map<string, number>();
  /** Symbols whose mark is the market's, and not the entry price that books are read with. */
  readonly #marked = new Set<string>();
  #listener: BrokerListener | null = null;
  #account: PaperAccount | null = null;
  #now = 0;
  /** The database failed: the listener was told, and what was stored then is not known. */
  #isLost = false;

  constructor(private readonly needs: PaperBrokerNeeds) {
    super();
    this.#store = new PaperStore(needs.db, needs.accountId);
    this.#instruments = new Map(needs.instruments.map((instrument) => [instrument.symbol, instrument]));
  }

  abilities(instrument: Instrument): Abilities {
    return paperAbilities(this.needs.mode, this.needs.terms, instrument);
  }

  async start(listener: BrokerListener): Promise<void> {
    this.#listener = listener;
    await this.#books.run(() => this.#loaded());
  }

  async stop(): Promise<void> {
    await this.#market.done();
    await this.#books.done();
    await this.#telling.done();
    this.#listener = null;
  }

  /** @throws BrokerRefused BAD_ORDER, UNKNOWN_SYMBOL, NO_HEDGING, LEVERAGE, NOTHING_TO_REDUCE, NO_SHORTS, LOT_SIZE, INSUFFICIENT_FUNDS, INSUFFICIENT_MARGIN; BrokerSilent */
  submit(ticket: Ticket): Promise<BrokerOrder> {
    return this.#asked(async (account) => {
      const known = account.state.open.get(ticket.clientOrderId) ?? await this.#store.find(ticket.clientOrderId);
      if (known) return brokerOrderOf(known);
      const instrument = this.#instruments.get(ticket.symbol);
      if (!instrument) throw new BrokerRefused('UNKNOWN_SYMBOL', `There is no ${ticket.symbol} here: add it to SYMBOLS`);
      const last = this.#last(ticket.symbol);
      this.#markLast(account, ticket.symbol);
      checkTicket(ticket, account, instrument, this.abilities(instrument), last);
      const expiresAt = ticket.timeInForce === 'day' ? sessionEndOf(instrument, ticket.at, this.needs.sessionEnd) : null;
      const order = accepted(ticket, ++account.state.orders, ticket.orderType === 'trailing_stop' ? last : null, expiresAt);
      account.put(order);
      await this.#stored(account, Math.max(ticket.at, this.#now));
      return brokerOrderOf(order);
    });
  }

  cancel(clientOrderId: string): Promise<void> {
    return this.#asked(async (account) => {
      const order = account.state.open.get(clientOrderId);
      if (!order) return;
      const now = Math.max(this.#now, order.at);
      account.end(order, 'cancelled', 'It was cancelled', now);
      void this.#tell(await this.#stored(account, now));
    });
  }

  find(clientOrderId: string): Promise<BrokerOrder | null> {
    return this.#asked(async () => {
      const order = await this.#store.find(clientOrderId);
      return order && brokerOrderOf(order);
    });
  }

  openOrders(): Promise<readonly BrokerOrder[]> {
    return this.#asked(async (account) => account.openOrders().map(brokerOrderOf));
  }

  positions(): Promise<readonly BrokerPosition[]> {
    return this.#asked(async ({ book }) => book.positions().map(({ symbol, leg, side, quantity, entryPrice }) => ({ symbol, leg, side, quantity, entryPrice })));
  }

  account(): Promise<BrokerAccount> {
    return this.#asked(async (account) => {
      for (const { symbol } of account.book.positions()) this.#markLast(account, symbol);
      const { equity, wallet, available } = account.book.totals();
      return { equity, wallet, buyingPower: available.gt(0) ? available : ZERO, currency: this.needs.currency };
    });
  }

  /** By when they were decided: one of a candle that opened before is among them. */
  executions(since: number): Promise<readonly Execution[]> {
    return this.#asked(() => this.#store.executions(since));
  }

  entries(since: number): Promise<readonly AccountEntry[]> {
    return this.#asked(() => this.#store.entries(since));
  }

  /** A price of a live feed; `volume` in base units, null where the feed says none and nothing bounds what fills. Resolves once what it did is stored and was told. */
  tick(symbol: string, price: number, volume: number | null, at: number): Promise<void> {
    if (volume) this.#volumes.of(symbol).traded(volume, at);
    if (!(price > 0 && price < Infinity)) return Promise.reject(badPrice(symbol, price));
    this.#saw(symbol, price, at);
    if (!this.#concerned(symbol, at)) return DONE;
    return this.#market.run(() => this.#trade(symbol, barOfTick(price, at), (participation) => (volume === null ? new VolumeBudget(null) : this.#volumes.of(symbol).budget(participation, at))));
  }

  /** A closed candle of a feed of candles, in the order of time. Resolves as `tick` does. */
  candle(symbol: string, candle: Candle): Promise<void> {
    const bad = [candle.open, candle.high, candle.low, candle.close].find((price) => !(price > 0 && price < Infinity));
    if (bad !== undefined) return Promise.reject(badPrice(symbol, bad));
    this.#saw(symbol, candle.close, candle.knownAt);
    if (!this.#concerned(symbol, candle.time)) return DONE;
    return this.#market.run(() => this.#trade(symbol, barOfCandle(candle), (participation) => new VolumeBudget(decimal(candle.volume).times(participation))));
  }

  #saw(symbol: string, price: number, at: number): void {
    this.#prices.set(symbol, price);
    if (at > this.#now) this.#now = at;
  }

  /** An order or a position is open in the symbol, or a session is over; true too where that is not known. */
  #concerned(symbol: string, from: number): boolean {
    if (!this.#account) return true;
    const { book, open } = this.#account.state;
    for (const { ticket, expiresAt } of open.values()) if (ticket.symbol === symbol || (expiresAt !== null && from >= expiresAt)) return true;
    return book.isHolding(symbol);
  }

  async #trade(symbol: string, bar: Bar, budgetOf: (participation: number) => VolumeBudget): Promise<void> {
    await this.#telling.done();
    await (await this.#books.run(async () => {
      const account = await this.#loaded();
      const instrument = this.#instruments.get(symbol);
      if (!instrument) throw new Error(`The paper account ${this.needs.accountId} was given a price of ${symbol}, which it does not know: add it to SYMBOLS`);
      this.#marked.add(symbol);
      const budget = budgetOf(account.terms.participation);
      const marked = account.book.positions().every((position) => this.#marked.has(position.symbol));
      tradeBar({ account, instrument, bar, budget, marked, assetClassOf: (other) => this.#instruments.get(other)?.assetClass ?? instrument.assetClass });
      const changes = await this.#stored(account, bar.until);
      this.#volumes.of(symbol).filled(budget.used, bar.until);
      return { told: this.#tell(changes) };
    })).told;
  }

  /** In the books' turn. What the database does not answer may have been done or not. */
  #asked<T>(work: (account: PaperAccount) => Promise<T>): Promise<T> {
    return this.#books.run(async () => {
      try {
        return await work(await this.#loaded());
      } catch (error) {
        if (error instanceof BrokerRefused) throw error;
        throw new BrokerSilent(`The books of the paper account ${this.needs.accountId} did not answer: ask by client order id once the database is back`, { cause: error });
      }
    });
  }

  async #loaded(): Promise<PaperAccount> {
    if (!this.#listener) throw new Error(`The paper broker of ${this.needs.accountId} is not started`);
    if (this.#account) return this.#account;
    const account = new PaperAccount(await this.#store.load(this.needs.mode, decimal(this.needs.balance)), this.needs.terms);
    for (const { symbol } of account.book.positions()) this.#markLast(account, symbol);
    this.#account = account;
    if (this.#isLost) this.#listener.reconnected();
    this.#isLost = false;
    return account;
  }

  /** Where it fails nobody knows what is stored, so the books are read again before they are used. */
  async #stored(account: PaperAccount, now: number): Promise<Changes> {
    const changes = account.taken();
    if (changes.orders.size + changes.executions.length + changes.entries.length === 0) return changes;
    try {
      await this.#store.commit(changes, account.book, now);
      return changes;
    } catch (error) {
      this.#account = null;
      this.#isLost = true;
      this.#listener?.lost(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  #tell({ told }: Changes): Promise<void> {
    return told.length === 0 ? DONE : this.#telling.run(async () => {
      for (const one of told) await this.#tellOne(one).catch(this.needs.onError);
    });
  }

  async #tellOne({ execution, order, entry }: Told): Promise<void> {
    if (execution) await this.#listener?.executed(execution);
    if (order) await this.#listener?.changed(brokerOrderOf(order));
    if (entry) await this.#listener?.booked(entry);
  }

  #last(symbol: string): Decimal | null {
    const price = this.#prices.get(symbol);
    return price === undefined ? null : decimal(price);
  }

  #markLast({ book }: PaperAccount, symbol: string): void {
    const last = this.#last(symbol);
    if (last) book.mark(symbol, last);
  }
}
