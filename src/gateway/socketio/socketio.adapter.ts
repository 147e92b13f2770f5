import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server, type ServerOptions } from 'socket.io';
import type { Config } from '../../config/config.js';
import { CodedError } from '../../model/codes.js';
import type { RedisChannels } from '../../storage/redis-channels.js';
import { originAllowed } from '../auth/origins.js';
import { DrainState } from '../drain-state.js';
import type { ClientAddress } from '../limits/client-address.js';
import type { ConnectionLimits } from '../limits/connection-limits.js';
import { problemOf } from '../http/problem.js';
import { safeParser } from './safe-parser.js';

export const SOCKETIO_PATH = '/socket.io/';

interface EngineRequest extends IncomingMessage {
  readonly _query: Readonly<Record<string, string | undefined>>;
}

interface Engine {
  use(middleware: (request: EngineRequest, response: ServerResponse, next: () => void) => void): void;
  on(event: 'connection', listener: (connection: { readonly request: IncomingMessage; once(event: 'close', then: () => void): void }) => void): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Socket.IO on the server's own port, with our limits, our parser, and no say over the port's other upgrades. */
export class SocketIoAdapter extends IoAdapter {
  private io: Server | undefined;
  private readonly state: DrainState;
  /** Places of connections that begin with polling, until engine.io has made them. */
  private readonly reserved = new WeakMap<IncomingMessage, () => void>();

  constructor(
    app: INestApplicationContext,
    private readonly http: HttpServer,
    private readonly config: Config,
    private readonly connections: ConnectionLimits,
    private readonly addressOf: ClientAddress,
    /** null where this node is alone. */
    private readonly channels: RedisChannels | null,
  ) {
    super(app);
    this.state = app.get(DrainState);
  }

  override createIOServer(): Server {
    const { limits, auth } = this.config;
    this.io = new Server(this.http, {
      path: SOCKETIO_PATH,
      serveClient: false,
      destroyUpgrade: false,
      perMessageDeflate: false,
      maxHttpBufferSize: limits.frameBytes,
      pingInterval: limits.heartbeatIntervalMs,
      pingTimeout: limits.heartbeatTimeoutMs, // the sessions' own check is first
      connectTimeout: limits.authenticateWithinMs,
      parser: safeParser,
      ...across(this.channels),
      cors: { origin: (origin, answer) => answer(null, origin !== undefined && originAllowed(origin, undefined, auth.allowedOrigins)) },
    });
    const engine = this.io.engine as unknown as Engine;
    engine.use((request, response, next) => this.checkPolling(request, response, next));
    engine.on('connection', (connection) => this.countPolling(connection));
    return this.io;
  }

  /** The router's way to engine.io. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.io) throw new CodedError('NOT_READY', 'The server is still starting');
    (this.io.engine as unknown as Engine).handleUpgrade(request, socket, head);
  }

  /** Upgrades were checked by the router; requests are checked here. */
  private checkPolling(request: EngineRequest, response: ServerResponse, next: () => void): void {
    if (request.headers.upgrade !== undefined) return next();
    const { origin, host } = request.headers;
    try {
      if (!originAllowed(origin, host, this.config.auth.allowedOrigins)) {
        throw new CodedError('FORBIDDEN', 'This Origin is not allowed: add it to ALLOWED_ORIGINS');
      }
      if (request._query['sid'] === undefined) this.reserve(request, response);
    } catch (error) {
      return refuse(response, error as CodedError);
    }
    next();
  }

  /** engine.io makes connections later than it is asked: without a place kept, many at once would pass the limit together. */
  private reserve(request: IncomingMessage, response: ServerResponse): void {
    this.state.check();
    const release = this.connections.admit(this.addressOf(request));
    this.reserved.set(request, release);
    response.once('close', () => { if (this.reserved.delete(request)) release(); });
  }

  /** A connection that begins with polling has its place from its first request; one that begins as a WebSocket got it from the router. */
  private countPolling(connection: Parameters<Parameters<Engine['on']>[1]>[0]): void {
    const release = this.reserved.get(connection.request);
    if (!release) return;
    this.reserved.delete(connection.request);
    connection.once('close', release);
  }
}

function refuse(response: ServerResponse, error: CodedError): void {
  const { status, headers, body } = problemOf(error);
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** What spans the cluster in Socket.IO itself, such as closing a user's sockets on all nodes. Rooms go over the room bus. */
export const across = (channels: RedisChannels | null): Partial<ServerOptions> =>
  channels ? { adapter: createShardedAdapter(channels, channels, { channelPrefix: 'conclave:io', subscriptionMode: 'dynamic' }) as ServerOptions['adapter'] } : {};
