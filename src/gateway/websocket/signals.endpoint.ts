import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CodedError } from '../../model/codes.js';
import type { Command } from '../commands/command.js';
import { CommandQueue } from '../commands/command-queue.js';
import { NOBODY, readHandshake, type Handshake } from '../auth/handshake.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import { symbolRoom } from '../../rooms/names.js';
import type { Market } from '../../market/market.js';
import { ownReply, readFrame } from './raw-frames.js';
import { followLife } from './follow-life.js';
import { RawTransport } from './raw-transport.js';
import type { Endpoint } from './upgrade-router.js';

export interface SignalsEndpointNeeds {
  readonly visits: Visits;
  readonly table: Readonly<Record<string, Command>>;
  readonly market: Market;
  readonly onFault: (error: Error) => void;
}

const SYMBOL_PATH = '/ws/symbols/';

/** `/ws/signals`, and `/ws/symbols/{symbol}`, which subscribes and asks for a first analysis by itself. */
export class SignalsEndpoint implements Endpoint {
  constructor(private readonly needs: SignalsEndpointNeeds) {}

  match(path: string): string | null {
    if (path === '/ws/signals' || path === '/ws/signals/') return '';
    if (!path.startsWith(SYMBOL_PATH) || path.length === SYMBOL_PATH.length) return null;
    try {
      return decodeURIComponent(path.slice(SYMBOL_PATH.length));
    } catch {
      return null;
    }
  }

  open(ws: WebSocket, socket: Socket, request: IncomingMessage, symbol: string): void {
    const { visits, table, onFault } = this.needs;
    const encoding = encodingOf(request.url);
    const format = ws.extensions === '' ? encoding ?? 'json' : `${encoding ?? 'json'}+deflate` as const;
    const transport = new RawTransport(symbol === '' ? 'signals' : 'symbols', format, ws, socket);
    let handshake: Handshake = NOBODY;
    let refusal: CodedError | null = null;
    try {
      handshake = readHandshake(request);
      if (encoding === null) throw new CodedError('VALIDATION_ERROR', 'format: must be json or msgpack', [{ path: 'format', message: 'must be json or msgpack' }]);
    } catch (error) {
      refusal = error as CodedError;
    }
    const visitor = visits.open(transport, handshake);
    const { session } = visitor;
    const queue = new CommandQueue(visitor, table, onFault);
    ws.on('message', (data, binary) => queue.take(readFrame(data as Buffer, binary, session.outbox)));
    followLife(ws, session);
    if (refusal) return session.endWith(refusal);
    queue.first(async () => {
      try {
        await visits.begin(visitor, await visits.principalOf(handshake));
        if (symbol !== '') this.checkSymbol(visitor, queue, symbol);
      } catch (error) {
        visits.refuse(visitor, error);
      }
    });
  }

  /** Where a token is required and comes by `authenticate`, the symbol waits for it. */
  private checkSymbol(visitor: Visitor, queue: CommandQueue, asked: string): void {
    const { symbol } = this.needs.market.instrument(asked);
    visitor.session.onceIdentified(() => this.beginSymbol(visitor, queue, symbol));
  }

  private beginSymbol({ session, since }: Visitor, queue: CommandQueue, symbol: string): void {
    if (session.isClosed) return;
    const reply = ownReply(session.outbox);
    queue.take({ kind: 'command', type: 'subscribe', payload: { symbol, since: since.get(symbolRoom(symbol)) }, reply });
    queue.take({ kind: 'command', type: 'analyze', payload: { symbol }, reply });
  }
}

/** What `?format=` asks for; null where there is no such format. */
function encodingOf(url = ''): 'json' | 'msgpack' | null {
  const format = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('format') ?? 'json';
  return format === 'json' || format === 'msgpack' ? format : null;
}
