import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** A command as a client sent it, and the answer that it waits for. */
interface Received {
  readonly type: string;
  readonly id?: string;
  readonly symbol?: string;
  readonly symbols?: readonly string[];
  readonly room?: string;
  readonly since?: unknown;
  readonly types?: readonly string[];
  readonly token?: string;
  readonly depth?: string;
}
interface Position {
  readonly epoch: string;
  readonly offset: number;
}
interface WireError {
  readonly code: string;
  readonly message?: string;
  readonly retryable?: boolean;
  readonly [field: string]: unknown;
}
type Answer = (command: Received, peer: Peer) => void;

class Room {
  readonly log: string[] = [];
  /** Offsets up to here are no longer kept. */
  trimmed = 0;
  constructor(readonly name: string, readonly epoch: string) {}

  append(type: string, data: unknown): string {
    const offset = this.log.length + 1;
    const text = JSON.stringify({ type, data, timestamp: new Date().toISOString(), room: this.name, epoch: this.epoch, offset });
    this.log.push(text);
    return text;
  }
}

class Peer {
  readonly rooms = new Map<string, readonly string[] | undefined>();
  constructor(readonly socket: WebSocket, readonly query: URLSearchParams) {}

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }
}

/** Speaks the raw protocol of WIRE.md over real sockets, and can be told to misbehave. For tests of clients. */
export class WireServer {
  readonly commands: Received[] = [];
  readonly peers: Peer[] = [];
  /** Queries of all handshakes so far. */
  readonly handshakes: URLSearchParams[] = [];
  /** What to do on a command instead of the usual, once each, in order. */
  readonly #instead: { readonly type: string; readonly answer: Answer }[] = [];
  readonly #rooms = new Map<string, Room>();
  readonly #waiters = new Set<() => void>();
  #refusal: number | null = null;
  #runs = 0;
  /** Spellings other than upper case, as `config/symbols.yaml` would have them. */
  readonly spellings = new Map<string, string>();
  readonly unknown = new Set<string>();
  /** What a run says in the symbol's room. */
  run: (symbol: string, runId: string) => void = () => undefined;
  /** Answers a GET with JSON text. */
  rest: (path: string) => Promise<string> = async () => '{}';

  private constructor(readonly url: string, private readonly http: Server, private readonly sockets: WebSocketServer) {}

  /** @param port 0 for a free one */
  static async listen(port = 0): Promise<WireServer> {
    const http = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    const server = new WireServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, http, sockets);
    http.on('request', (request, response) => {
      void server.rest(request.url ?? '/').then((text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text));
    });
    http.on('upgrade', (request, socket, head) => {
      if (server.#refusal !== null) {
        socket.end(`HTTP/1.1 ${server.#refusal} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => server.#welcome(ws, request));
    });
    return server;
  }


  /** Appends to a room's log and sends it to its members; with `lost` it is logged only. */
  say(room: string, type: string, data: unknown, { lost = false } = {}): void {
    const text = this.room(room).append(type, data);
    if (lost) return;
    for (const peer of this.peers) {
      if (!peer.rooms.has(room)) continue;
      const types = peer.rooms.get(room);
      if (types === undefined || types.includes(type)) peer.socket.send(text);
    }
  }

  room(name: string): Room {
    let room = this.#rooms.get(name);
    if (room === undefined) this.#rooms.set(name, (room = new Room(name, 'e1')));
    return room;
  }

  /** A restored backup: the room has a new epoch and an empty log. */
  replaceLog(name: string, epoch: string): void {
    this.#rooms.set(name, new Room(name, epoch));
  }

  /** Sends any text to every client. */
  raw(text: string): void {
    for (const { socket } of this.peers) socket.send(text);
  }

  /** The next command of the type is answered by `answer` instead; by default not at all. */
  instead(type: string, answer: Answer = () => undefined): void {
    this.#instead.push({ type, answer });
  }

  refuseNext(type: string, error: WireError): void {
    this.instead(type, (command, peer) => refuse(peer, command, error));
  }

  /** From now on upgrades get this HTTP status; null accepts them again. */
  refuseUpgrades(status: number | null): void {
    this.#refusal = status;
  }

  /** Closes every connection, after an error frame where one is given. */
  close(code: number, error?: WireError): void {
    for (const peer of this.peers.splice(0)) {
      if (error !== undefined) peer.send({ type: 'error', data: { retryable: false, message: '', details: [], ...error } });
      peer.socket.close(code);
    }
  }

  /** Cuts every connection without a close frame (1006). */
  cut(): void {
    for (const { socket } of this.peers.splice(0)) socket.terminate();
  }

  received(type: string): Received[] {
    return this.commands.filter((command) => command.type === type);
  }

  /** Resolves once `condition` holds; it is looked at after every connection, command and close. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  #changed(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #welcome(socket: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const peer = new Peer(socket, query);
    this.peers.push(peer);
    this.handshakes.push(query);
    peer.rooms.set('system', undefined);
    const clientId = query.get('client_id') ?? `c${this.handshakes.length}`;
    peer.send({
      type: 'welcome', timestamp: new Date().toISOString(),
      data: { connection_id: `n${this.handshakes.length}`, client_id: clientId, server_time: new Date().toISOString(), heartbeat_interval: 30, limits: {}, feed: 'simulated', version: '0' },
    });
    const since = (JSON.parse(query.get('since') ?? '{}') as Record<string, Position>)['system'];
    if (since !== undefined) this.#replay(peer, 'system', since);
    socket.on('message', (data) => this.#command(peer, JSON.parse(String(data)) as Received));
    socket.on('close', () => {
      const at = this.peers.indexOf(peer);
      if (at >= 0) this.peers.splice(at, 1);
      this.#changed();
    });
    this.#changed();
  }

  #command(peer: Peer, command: Received): void {
    this.commands.push(command);
    const at = this.#instead.findIndex(({ type }) => type === command.type);
    const [instead] = at >= 0 ? this.#instead.splice(at, 1) : [];
    (instead?.answer ?? this.answer)(command, peer);
    this.#changed();
  }

  /** The usual answer. */
  readonly answer: Answer = (command, peer) => {
    const ack = (data: unknown): void => peer.send({ type: 'ack', id: command.id, ok: true, data });
    const rooms = this.#roomsOf(command);
    const missing = rooms.find((room) => this.unknown.has(room));
    if (missing !== undefined) return refuse(peer, command, { code: 'UNKNOWN_SYMBOL', message: `No feed knows ${missing.slice(7)}` });
    switch (command.type) {
      case 'subscribe': return this.#subscribe(peer, command, rooms);
      case 'unsubscribe':
        for (const room of rooms) peer.rooms.delete(room);
        return ack({ rooms });
      case 'analyze': {
        const [room = ''] = rooms;
        const runId = `run-${++this.#runs}`;
        ack({ run_id: runId, symbol: room.slice(7), depth: command.depth ?? 'fast', shared: false });
        return this.run(room.slice(7), runId);
      }
      case 'authenticate': return ack({ subject: command.token, scopes: ['read'], expires_at: null });
      case 'get_status': return peer.send({ type: 'status', id: command.id, data: { websocket_manager: { total_connections: this.handshakes.length } } });
      case 'ping': return peer.send({ type: 'pong', ...(command.id !== undefined && { id: command.id }) });
      default: return refuse(peer, command, { code: 'UNKNOWN_TYPE', message: `No such command: ${command.type}` });
    }
  };

  #roomsOf({ symbol, symbols, room }: Received): string[] {
    if (room !== undefined) return [room];
    return (symbols ?? (symbol === undefined ? [] : [symbol])).map((name) => {
      const upper = name.toUpperCase();
      return `symbol:${this.spellings.get(upper) ?? upper}`;
    });
  }

  #subscribe(peer: Peer, { id, since, types }: Received, names: readonly string[]): void {
    const of = (room: string): Position | undefined => {
      if (since === undefined) return undefined;
      return names.length === 1 && 'epoch' in (since as object) ? (since as Position) : (since as Record<string, Position>)[room];
    };
    const rooms = names.map((name) => {
      const { epoch, log, trimmed } = this.room(name);
      const from = of(name);
      const recovered = from !== undefined && from.epoch === epoch && from.offset <= log.length && from.offset >= trimmed;
      const offset = recovered ? from.offset : log.length;
      return { room: name, epoch, offset, recovered, replayed: recovered ? log.length - offset : 0 };
    });
    peer.send({ type: 'ack', id, ok: true, data: { rooms } });
    for (const { room, epoch, offset, recovered } of rooms) {
      peer.rooms.set(room, types);
      if (recovered) this.#replay(peer, room, { epoch, offset });
    }
  }

  #replay(peer: Peer, room: string, { offset }: Position): void {
    for (const text of this.room(room).log.slice(offset)) peer.socket.send(text);
  }
}

function refuse(peer: Peer, { id }: Received, error: WireError): void {
  peer.send({ type: 'error', id, data: { message: error.code, retryable: false, details: [], ...error } });
}
