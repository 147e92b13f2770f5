import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import { symbolRoom } from '../../rooms/names.js';
import { NOBODY, readHandshake, type Handshake } from '../auth/handshake.js';
import { requireScope } from '../auth/principal.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import { followLife } from './follow-life.js';
import { RawTransport } from './raw-transport.js';
import type { Endpoint } from './upgrade-router.js';

const MOST_SYMBOLS = 1000;

export interface StreamNeeds {
  readonly visits: Visits;
  readonly market: Market;
}

/** `/stream?symbols=AAPL,NVDA`: flat ticks and nothing else, for clients that know no rooms. */
export class StreamEndpoint implements Endpoint {
  constructor(private readonly needs: StreamNeeds) {}

  match(path: string): string | null {
    return path === '/stream' || path === '/stream/' ? '' : null;
  }

  open(ws: WebSocket, socket: Socket, request: IncomingMessage): void {
    const { visits } = this.needs;
    let handshake: Handshake = NOBODY;
    let refusal: CodedError | null = null;
    try {
      handshake = readHandshake(request);
    } catch (error) {
      refusal = error as CodedError;
    }
    const visitor = visits.open(new RawTransport('stream', 'flat', ws, socket), handshake);
    const { session } = visitor;
    ws.on('message', () => session.heard());
    followLife(ws, session);
    if (refusal) return session.endWith(refusal);
    this.begin(visitor, handshake, request.url).catch((error: unknown) => visits.refuse(visitor, error));
  }

  private async begin({ session, rooms }: Visitor, handshake: Handshake, url: string | undefined): Promise<void> {
    const { market, visits } = this.needs;
    const principal = await visits.principalOf(handshake);
    if (principal === null) throw new CodedError('UNAUTHENTICATED', 'Connect with ?token=…');
    requireScope(principal, 'read');
    session.identify(principal);
    const names = symbolsOf(url).map((symbol) => market.instrument(symbol).symbol);
    const { begin } = await rooms.join(names.map(symbolRoom), () => undefined, ['price_update']);
    begin();
  }
}

function symbolsOf(url = ''): string[] {
  const asked = new URLSearchParams(url.slice(url.indexOf('?') + 1)).getAll('symbols').flatMap((list) => list.split(',')).map((symbol) => symbol.trim()).filter(Boolean);
  if (asked.length > 0 && asked.length <= MOST_SYMBOLS) return asked;
  throw new CodedError('VALIDATION_ERROR', 'Name the symbols: /stream?symbols=AAPL,NVDA', [{ path: 'symbols', message: `must be a list of 1 to ${MOST_SYMBOLS} symbols` }]);
}
