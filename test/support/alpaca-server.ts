import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { decimal, ZERO, type Decimal } from '../../src/model/decimal.js';
import { AlpacaExchange, type WireOrder, type WireUpdate } from './alpaca-exchange.js';

/** What becomes of a request. `after`: it is done, and the answer is not what it should be. */
export type HttpFault =
  | { readonly does: 'lost-before' | 'lost-after' | 'bad-json-after' | 'proxy-page-after' }
  /** Done, and answered after so long. */
  | { readonly does: 'slow-after'; readonly ms: number }
  /** Not answered, and done after so long. */
  | { readonly does: 'done-late'; readonly ms: number }
  | { readonly does: 'status-before' | 'status-after'; readonly status: number; readonly code?: number; readonly message?: string; readonly retryAfter?: number };
/** What becomes of an update. `later`: it is sent behind the next one. */
export type StreamFault = 'drop' | 'twice' | 'later' | 'garbled' | 'close-before' | 'close-after';
export interface AlpacaRequest {
  /** e.g. `POST /v2/orders`, `GET /v2/orders:by_client_order_id`, `DELETE /v2/orders/:id` */
  readonly route: string;
  /** e.g. Alpaca's id of an order. */
  readonly last: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, string | undefined>>;
}
type Answer = readonly [status: number, body: unknown];

export async function startAlpacaServer(options: { readonly now?: () => number } = {}): Promise<AlpacaServer> {
  const server = new AlpacaServer(options.now ?? Date.now);
  await server.listen();
  return server;
}

const routeOf = (method: string, path: string): string => `${method} ${path.replace(/^(\/v2\/(?:orders|assets|positions))\/.+$/, '$1/:id').replace(/^(\/v2\/account\/activities)\/.+$/, '$1/:type')}`;
const OPEN: ReadonlySet<unknown> = new Set(['new', 'partially_filled']);

/** Alpaca's trading API, REST and stream, on a free port, for one account, with faults on demand. Prices come from the test. */
export class AlpacaServer {
  readonly exchange: AlpacaExchange;
  /** Route → how often. */
  readonly requests = new Map<string, number>();
  /** Route → the most of them that were under way at once. */
  readonly mostAtOnce = new Map<string, number>();
  /** Before each request is looked at. */
  latencyMs = 0;
  /** Asked for every request, and every update. */
  fault: (request: AlpacaRequest) => HttpFault | null = () => null;
  streamFault: (update: WireUpdate) => StreamFault | null = () => null;
  /** `silent`: authentication is never answered. */
  auth: 'accepted' | 'refused' | 'silent' = 'accepted';
  /** So many of the newest activities are not shown yet. */
  lag = 0;
  pings = 0;
  connections = 0;
  #later: WireUpdate[] = [];
  readonly #underWay = new Map<string, number>();
  readonly #listening = new Set<WebSocket>();
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #http: Server;
  readonly #streams: WebSocketServer;

  constructor(private readonly now: () => number) {
    this.exchange = new AlpacaExchange(now, (update) => this.#publish(update));
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#streams = new WebSocketServer({ server: this.#http, path: '/stream' });
    this.#streams.on('connection', (socket) => this.#accept(socket));
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    });
  }

  async listen(): Promise<void> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }
  get streamUrl(): string {
    return `${this.url.replace('http', 'ws')}/stream`;
  }
  get orders(): readonly WireOrder[] {
    return this.exchange.orders;
  }
  /** Signed, by symbol without a slash. */
  get positions(): ReadonlyMap<string, Decimal> {
    return new Map([...this.exchange.held].map(([symbol, { quantity }]) => [symbol, quantity]));
  }

  /** Fills market orders, limits that cross, and what it triggers; `volume` is what can be had in all. */
  price(symbol: string, price: number, volume?: number): void {
    this.exchange.price(symbol, decimal(price), volume === undefined ? null : decimal(volume));
  }
  /** Connections that are told of updates. */
  get listeners(): number {
    return this.#listening.size;
  }
  closeStreams(): void {
    for (const socket of this.#streams.clients) socket.terminate();
  }
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#streams.close();
    this.#http.close();
    await once(this.#http, 'close');
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of message) parts.push(part as Buffer);
    } catch {
      return;
    }
    const url = new URL(message.url ?? '/', 'http://local');
    const path = decodeURIComponent(url.pathname);
    const route = routeOf(message.method ?? 'GET', path);
    this.requests.set(route, (this.requests.get(route) ?? 0) + 1);
    this.#count(route, 1);
    response.once('close', () => this.#count(route, -1));
    if (this.latencyMs > 0) await new Promise<void>((resolve) => { this.#in(this.latencyMs, resolve); });
    const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) as AlpacaRequest['body'] : {};
    if (!message.headers['apca-api-key-id'] || !message.headers['apca-api-secret-key'] || this.auth === 'refused') return this.#reply(response, [401, { code: 40110000, message: 'request is not authorized' }]);
    const does = (): Answer => this.#answer(route, path, url.searchParams, body);
    const fault = this.fault({ route, last: path.slice(path.lastIndexOf('/') + 1), query: url.searchParams, body });
    switch (fault?.does) {
      case undefined: return this.#reply(response, does());
      case 'lost-before': return void message.socket.destroy();
      case 'lost-after': does(); return void message.socket.destroy();
      case 'bad-json-after': does(); return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"cut');
      case 'proxy-page-after': does(); return void response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>');
      case 'slow-after': { const answer = does(); return this.#in(fault.ms, () => this.#reply(response, answer)); }
      case 'done-late': return this.#in(fault.ms, () => void does());
      case 'status-before': case 'status-after': {
        if (fault.does === 'status-after') does();
        if (fault.retryAfter !== undefined) response.setHeader('retry-after', String(fault.retryAfter));
        return this.#reply(response, [fault.status, { code: fault.code ?? fault.status * 100_000, message: fault.message ?? `made to fail with ${fault.status}` }]);
      }
    }
  }

  #count(route: string, by: 1 | -1): void {
    const now = (this.#underWay.get(route) ?? 0) + by;
    this.#underWay.set(route, now);
    this.mostAtOnce.set(route, Math.max(now, this.mostAtOnce.get(route) ?? 0));
  }

  #in(ms: number, then: () => void): void {
    const timer = setTimeout(() => { this.#timers.delete(timer); then(); }, ms);
    this.#timers.add(timer);
  }

  #reply(response: ServerResponse, [status, body]: Answer): void {
    if (response.destroyed) return;
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', 'x-ratelimit-limit': '200' }).end(status === 204 ? undefined : JSON.stringify(body));
  }

  #answer(route: string, path: string, query: URLSearchParams, body: AlpacaRequest['body']): Answer {
    const last = path.slice(path.lastIndexOf('/') + 1);
    const missing: Answer = [404, { code: 40410000, message: 'not found' }];
    const order = (match: (order: WireOrder) => boolean): Answer => {
      const found = this.orders.find(match);
      return found ? [200, found] : [404, { code: 40410000, message: 'order not found' }];
    };
    switch (route) {
      case 'POST /v2/orders': {
        const made = this.exchange.submit(body);
        return 'refused' in made ? [made.refused as number, { code: made.code, message: made.message }] : [200, made];
      }
      case 'DELETE /v2/orders/:id': {
        const refusal = this.exchange.cancel(last);
        return refusal ? [refusal.refused, { code: refusal.code, message: refusal.message }] : [204, null];
      }
      case 'GET /v2/orders': return [200, this.#listed(query)];
      case 'GET /v2/orders/:id': return order(({ id }) => id === last);
      case 'GET /v2/orders:by_client_order_id': return order(({ client_order_id }) => client_order_id === query.get('client_order_id'));
      case 'GET /v2/assets/:id': {
        const asset = this.exchange.asset(path.slice('/v2/assets/'.length));
        return asset ? [200, { id: asset.symbol, name: asset.symbol, exchange: asset.class === 'crypto' ? 'CRYPTO' : 'NASDAQ', status: 'active', marginable: true, easy_to_borrow: asset.shortable, ...asset,
          ...(asset.class === 'crypto' && { min_order_size: '0.0001', min_trade_increment: '0.000000001', price_increment: '0.01' }) }] : missing;
      }
      case 'GET /v2/positions': return [200, [...this.exchange.held.keys()].map((symbol) => this.#position(symbol))];
      case 'GET /v2/positions/:id': return this.exchange.held.has(last.replace('/', '')) ? [200, this.#position(last.replace('/', ''))] : missing;
      case 'GET /v2/account': return [200, {
        id: 'account', account_number: 'PA1', status: 'ACTIVE', currency: 'USD', cash: this.exchange.cash.toFixed(), equity: this.exchange.equity.toFixed(), buying_power: this.exchange.equity.times(2).toFixed(),
        multiplier: '2', trading_blocked: false, account_blocked: false, shorting_enabled: true,
      }];
      case 'GET /v2/account/activities': return [200, this.#booked(query)];
      case 'GET /v2/account/activities/:type': query.set('activity_types', last); return [200, this.#booked(query)];
      case 'GET /v2/clock': return [200, { timestamp: new Date(this.now()).toISOString(), is_open: true, next_open: new Date(this.now()).toISOString(), next_close: new Date(this.now() + 3_600_000).toISOString() }];
      default: return missing;
    }
  }

  #listed(query: URLSearchParams): readonly WireOrder[] {
    const status = query.get('status') ?? 'open';
    const [after, until] = [query.get('after'), query.get('until')].map((each) => (each === null ? null : Date.parse(each)));
    const found = this.orders.filter((order) => (status === 'all' || (status === 'open') === OPEN.has(order.status))
      && (after === null || Date.parse(order.submitted_at) > after!) && (until === null || Date.parse(order.submitted_at) < until!));
    return (query.get('direction') === 'asc' ? found : found.reverse()).slice(0, Number(query.get('limit') ?? 50));
  }

  #booked(query: URLSearchParams): readonly unknown[] {
    const types = query.get('activity_types')?.split(',');
    const after = query.get('after');
    const found = this.exchange.activities.slice(0, this.lag > 0 ? -this.lag : undefined).filter((each) => (types ? types.includes(String(each['activity_type'])) : true)
      && (query.get('category') !== 'non_trade_activity' || each['activity_type'] !== 'FILL')
      && (after === null || Date.parse(String(each['transaction_time'] ?? each['created_at'] ?? each['date'])) > Date.parse(after)));
    if (query.get('direction') !== 'asc') found.reverse();
    const token = query.get('page_token');
    const from = token === null ? 0 : found.findIndex(({ id }) => id === token) + 1;
    return found.slice(from, from + Math.min(100, Number(query.get('page_size') ?? 100)));
  }

  #position(symbol: string): unknown {
    const { quantity, entry } = this.exchange.held.get(symbol)!;
    const mark = this.exchange.marks.get(symbol) ?? entry;
    return {
      asset_id: symbol, symbol, exchange: 'NASDAQ', asset_class: this.exchange.asset(symbol)?.class, qty: quantity.toFixed(), qty_available: quantity.toFixed(), side: quantity.lt(ZERO) ? 'short' : 'long',
      avg_entry_price: entry.toFixed(), current_price: mark.toFixed(), market_value: quantity.times(mark).toFixed(), cost_basis: quantity.times(entry).toFixed(), unrealized_pl: quantity.times(mark.minus(entry)).toFixed(),
    };
  }

  #accept(socket: WebSocket): void {
    this.connections += 1;
    socket.on('error', () => {}).on('ping', () => { this.pings += 1; }).on('close', () => this.#listening.delete(socket));
    const say = (stream: string, data: unknown): void => socket.send(Buffer.from(JSON.stringify({ stream, data })));
    let known = false;
    socket.on('message', (raw: Buffer) => {
      const { action, data } = JSON.parse(raw.toString()) as { action: string; data: { key_id?: string; streams?: string[] } };
      if (action === 'authenticate' && this.auth !== 'silent') {
        known = this.auth === 'accepted' && Boolean(data.key_id);
        say('authorization', { action, status: known ? 'authorized' : 'unauthorized' });
      }
      if (action === 'listen' && known) {
        if (data.streams?.includes('trade_updates')) this.#listening.add(socket);
        say('listening', { streams: data.streams });
      }
    });
  }

  #publish(update: WireUpdate): void {
    const fault = this.streamFault(update);
    if (fault === 'close-before') return this.closeStreams();
    if (fault === 'later') return void this.#later.push(update);
    const updates = [...(fault === 'drop' ? [] : fault === 'twice' ? [update, update] : [update]), ...this.#later.splice(0)];
    for (const socket of this.#listening) {
      for (const each of updates) socket.send(Buffer.from(fault === 'garbled' && each === update ? '{"stream":"trade_upd' : JSON.stringify({ stream: 'trade_updates', data: each })));
    }
    if (fault === 'close-after') this.#in(0, () => this.closeStreams());
  }
}
