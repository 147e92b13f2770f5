import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { until } from './until.js';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type GroupFrame = any;

export const TOKEN = 'cg_test';
const MEMBERS = ['group_leader', 'technical_analyst', 'news_analyst', 'risk_analyst', 'experience_retriever']
  .map((role) => ({ member_id: `m-${role}`, name: role, role, provider: null, model: null, system_prompt: '' }));

/** Speaks `/ws/events` and the market's REST as WIRE.md has them, over real sockets. For tests of groups' clients. */
export class GroupServer {
  config: Record<string, unknown> = {
    group_id: 'g-1', group_name: 'alpha', market: 'crypto', symbol: 'BTCUSDT', interval: '1m', leverage: 2, margin_usd: 100, position_mode: 'oneway', account_id: 'acc-1', members: MEMBERS,
  };
  /** What clients sent, in order, of all connections. */
  readonly frames: GroupFrame[] = [];
  readonly reads: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  pings = 0;
  /** False: it answers no ping. */
  pongs = true;
  connections = 0;
  /** It has said so before any event was settled. */
  acknowledges = false;
  /** By path without its query; a missing one is 404. */
  readonly bodies = new Map<string, unknown>();
  /** Instead of the usual answer, once each, in order; null: none. */
  readonly instead: (GroupFrame | null | ((frame: GroupFrame, socket: WebSocket) => void))[] = [];
  /** Whether a read may be answered now. */
  gate: (path: string) => Promise<void> = () => Promise.resolve();
  private readonly unsettled = new Map<string, GroupFrame>();
  private socket: WebSocket | null = null;

  private constructor(readonly url: string, private readonly http: Server, private readonly sockets: WebSocketServer) {}

  static async listen(): Promise<GroupServer> {
    const http = createServer();
    const sockets = new WebSocketServer({ noServer: true, autoPong: false });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const server = new GroupServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, http, sockets);
    http.on('request', (request, response) => {
      server.reads.push(request.url!);
      server.authorizations.push(request.headers.authorization);
      const path = request.url!.split('?')[0]!;
      void server.gate(path).then(() => {
        const body = server.bodies.get(path);
        response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body ?? { code: 'NOT_FOUND' }));
      });
    });
    http.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, (ws) => server.open(ws, new URL(request.url!, 'http://x').searchParams.get('trading_group_token'))));
    server.market();
    return server;
  }

  /** A market that rises: the rules see BUY. `falls`: SELL. */
  market(falls = false): void {
    const up = falls ? -1 : 1;
    const time = (at: number): string => new Date(1_760_000_000_000 + at * 60_000).toISOString();
    this.bodies.set('/api/symbols', { items: [{ symbol: 'BTCUSDT', tick_size: 0.1, lot_size: 0.001, interval: '1m', intervals: ['1m', '5m'] }, { symbol: 'ETHUSDT', tick_size: 0.01, lot_size: 0.01, interval: '1m', intervals: ['1m'] }], next: null });
    this.bodies.set('/api/market/prices', [{ symbol: 'BTCUSDT', price: 50_000, volume: 1, change_pct: 0, source: 'simulated', timestamp: time(200) }]);
    this.bodies.set('/api/market/candles', { items: [{ time: time(199), open: 50_000, high: 50_010, low: 49_990, close: 50_000, volume: 3 }], next: null });
    this.bodies.set('/api/market/indicators', { items: [{ time: time(199), ema12: 50_000 - 20 * up, ema26: 50_000 - 120 * up, rsi14: 50 + 15 * up, macd: 100 * up, macd_signal: 60 * up, macd_hist: 40 * up, atr14: 100 }], next: null });
    this.bodies.set('/api/market/structure', { symbol: 'BTCUSDT', interval: '1m', trend: falls ? 'down' : 'up', items: [], next: null });
    this.bodies.set('/api/signals', { items: [], next: null });
    this.bodies.set('/api/news', { items: [], next: null });
    this.bodies.set('/api/accounts', { items: [{ account_id: 'acc-1', mode: 'perpetual', state: 'ACTIVE', total_balance: 10_000, available_balance: 10_000 }], next: null });
    this.bodies.set('/api/positions', { items: [], next: null });
  }

  /** Stored, then pushed; comes again on each connection until it is settled. */
  event(id: string, fields: GroupFrame = {}): void {
    const frame = {
      type: 'event', event_type: 'immediate', id, source_id: 'monitor', priority: 5, targets: ['alpha'], title: 'BTC moves', payload: '{}', tags: [],
      condition: { trace: { correlation_id: `c-${id}` } }, created_at: new Date().toISOString(), ...fields,
    };
    this.unsettled.set(id, frame);
    this.send(frame);
  }

  send(frame: GroupFrame): void {
    this.socket?.send(JSON.stringify(frame));
  }

  close(code: number, reason: string): void {
    this.socket?.close(code, reason);
  }

  /** Breaks the line without a word. */
  cut(): void {
    this.socket?.terminate();
  }


  get settled(): string[] {
    return this.frames.filter(({ type }) => type === 'ack').map(({ id }) => id as string);
  }

  get logs(): GroupFrame[] {
    return this.frames.filter(({ type }) => type === 'system');
  }

  get trades(): GroupFrame[] {
    return this.frames.filter(({ type }) => type === 'event');
  }

  whenSettled(id: string): Promise<boolean> {
    return until(() => this.settled.includes(id), `${id} is settled`);
  }

  whenConnected(times = 1): Promise<boolean> {
    return until(() => this.connections >= times && this.socket !== null, `connection ${times}`);
  }

  whenPinged(times: number): Promise<boolean> {
    return until(() => this.pings >= times, `ping ${times}`);
  }

  async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private open(ws: WebSocket, token: string | null): void {
    if (token !== TOKEN) {
      ws.send(JSON.stringify({ type: 'ack', ok: false, message: 'TOKEN_INVALID', detail: [{ path: '', message: 'This trading_group_token is not valid' }] }));
      return ws.close(1008, 'TOKEN_INVALID');
    }
    this.connections += 1;
    ws.on('message', (data) => this.take(JSON.parse(String(data)) as GroupFrame, ws));
    ws.on('ping', () => {
      this.pings += 1;
      if (this.pongs) ws.pong();
    });
    ws.on('close', () => { if (this.socket === ws) this.socket = null; });
    ws.send(JSON.stringify({ type: 'ack', ok: true, message: 'connected', client_id: `c${this.connections}`, subscriptions: ['alpha'], config: this.config }));
    this.socket = ws;
    const backlog = [...this.unsettled.values()].sort((a, b) => (b.priority as number) - (a.priority as number));
    for (const frame of backlog) ws.send(JSON.stringify(frame));
  }

  private take(frame: GroupFrame, ws: WebSocket): void {
    if (frame.type === 'ack' && frame.id === `c${this.connections}`) return void (this.acknowledges = true);
    this.frames.push(frame);
    if (frame.type === 'ack') return void this.unsettled.delete(frame.id as string);
    const instead = this.instead.shift();
    if (instead === null) return;
    if (typeof instead === 'function') return instead(frame, ws);
    ws.send(JSON.stringify(instead ?? (frame.type === 'system' ? { type: 'ack', ok: true, message: 'logged' } : { type: 'ack', ok: true, message: 'accepted', id: 'e-1', order_id: 'o-1', status: 'submitted' })));
  }
}
