import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { CodedError } from '../../model/codes.js';
import { originAllowed } from '../auth/origins.js';
import type { ClientAddress } from '../limits/client-address.js';
import type { ConnectionLimits } from '../limits/connection-limits.js';
import { refuseUpgrade } from './http-refusal.js';

/** A WebSocket path and what happens on it. */
export interface Endpoint {
  /** The part of the path that names something, `''` where there is none; null where the path is not this one's. */
  match(path: string): string | null;
  open(ws: WebSocket, socket: Socket, request: IncomingMessage, name: string): void;
}

export interface UpgradeNeeds {
  readonly endpoints: readonly Endpoint[];
  readonly limits: ConnectionLimits;
  readonly addressOf: ClientAddress;
  readonly allowedOrigins: readonly string[] | null;
  readonly frameBytes: number;
  readonly compression: boolean;
  /** Throws where this node takes no clients, or no more. */
  readonly checkOpen: () => void;
  /** engine.io's own upgrades. */
  readonly socketio: { readonly path: string; upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void };
}

/** One router for every upgrade on the port: Origin, shutdown, limits, then the path's endpoint. */
export class UpgradeRouter {
  private readonly server: WebSocketServer;

  constructor(private readonly needs: UpgradeNeeds) {
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: needs.frameBytes,
      // frames are compressed once for all clients, so none may lean on another or need a smaller window
      perMessageDeflate: needs.compression ? { serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 15, concurrencyLimit: 4 } : false,
      clientTracking: false,
    });
  }

  /** Takes the place of every other listener of upgrades. */
  attach(http: Server): void {
    http.removeAllListeners('upgrade');
    http.on('upgrade', (request, socket, head) => {
      try {
        this.route(request, socket as Socket, head);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        refuseUpgrade(socket, error);
      }
    });
  }

  private route(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { headers } = request;
    if (!originAllowed(headers.origin, headers.host, this.needs.allowedOrigins)) {
      throw new CodedError('FORBIDDEN', 'This Origin is not allowed: add it to ALLOWED_ORIGINS');
    }
    const path = pathOf(request.url);
    const { socketio } = this.needs;
    const engine = path.startsWith(socketio.path);
    const found = engine ? null : this.find(path);
    if (!engine && !found) throw new CodedError('NOT_FOUND', `There is no WebSocket at ${path}: there are /ws/signals, /ws/symbols/{symbol}, /ws/analysts, /ws/agents/{agent_id}, /ws/events, /ws, /stream and /socket.io/`);
    this.needs.checkOpen();
    // a transport that replaces another of the same session is no further connection
    const release = engine && /[?&]sid=/.test(request.url ?? '') ? () => undefined : this.needs.limits.admit(this.needs.addressOf(request));
    socket.once('close', release);
    if (!found) return socketio.upgrade(request, socket, head);
    this.server.handleUpgrade(request, socket, head, (ws) => found.endpoint.open(ws, socket, request, found.name));
  }

  private find(path: string): { endpoint: Endpoint; name: string } | null {
    for (const endpoint of this.needs.endpoints) {
      const name = endpoint.match(path);
      if (name !== null) return { endpoint, name };
    }
    return null;
  }
}

const pathOf = (url = '/'): string => url.split('?', 1)[0]!;
