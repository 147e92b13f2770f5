import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { AnalystTokens, RemoteIdentity } from '../../analysts/remote/analyst-tokens.js';
import { domainOf } from '../../analysts/remote/remote-analyst.js';
import type { RemoteSeats, Seated } from '../../analysts/remote/remote-seats.js';
import { CodedError } from '../../model/codes.js';
import { Packet } from '../../rooms/packet.js';
import { NOBODY } from '../auth/handshake.js';
import { command } from '../commands/command.js';
import { PingCommand } from '../commands/commands.dto.js';
import { CommandQueue } from '../commands/command-queue.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import { OpinionCommand } from './opinion.dto.js';
import { readFrame } from './raw-frames.js';
import { RawTransport } from './raw-transport.js';
import type { Endpoint } from './upgrade-router.js';

export interface AnalystsEndpointNeeds {
  readonly visits: Visits;
  readonly tokens: AnalystTokens;
  readonly seats: RemoteSeats;
  readonly onFault: (error: Error) => void;
}

/** Where a token is the way in, a wrong one ends with what WebSocket clients know as a policy violation. */
const CLOSES = { UNAUTHENTICATED: 1008, TOKEN_INVALID: 1008 } as const;

/** `/ws/analysts?analyst_token=…`: a program takes its seat, is asked, and votes. */
export class AnalystsEndpoint implements Endpoint {
  constructor(private readonly needs: AnalystsEndpointNeeds) {}

  match(path: string): string | null {
    return path === '/ws/analysts' || path === '/ws/analysts/' ? '' : null;
  }

  open(ws: WebSocket, socket: Socket, request: IncomingMessage): void {
    const { visits, onFault } = this.needs;
    const visitor = visits.open(new RawTransport('analysts', 'json', ws, socket, CLOSES), NOBODY);
    const { session } = visitor;
    let seated: Seated | null = null;
    const queue = new CommandQueue(visitor, tableOf(() => seated), onFault);
    ws.on('message', (data, binary) => {
      const frame = readFrame(data as Buffer, binary, session.outbox);
      if (frame.kind === 'bad') seated?.invalid('', String(data).slice(0, 200));
      queue.take(frame);
    });
    ws.on('ping', () => session.heard());
    ws.on('pong', () => session.heard());
    ws.on('close', () => session.disconnected());
    ws.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') seated?.flooded(); // 'close' follows, with 1009
    });
    queue.first(async () => {
      try {
        seated = this.enter(visitor, await this.identify(request));
      } catch (error) {
        visits.refuse(visitor, error);
      }
    });
  }

  private async identify(request: IncomingMessage): Promise<RemoteIdentity> {
    const token = tokenOf(request);
    if (token === null) throw new CodedError('UNAUTHENTICATED', 'Connect with ?analyst_token=…; `npx conclave token analyst` makes one');
    const identity = await this.needs.tokens.find(token);
    if (!identity) throw new CodedError('TOKEN_INVALID', 'This analyst token is not valid, or was revoked');
    return identity;
  }

  private enter({ session }: Visitor, identity: RemoteIdentity): Seated | null {
    if (session.isClosed) return null;
    const { agentId, name, owner } = identity;
    const send = (text: string): void => session.outbox.push(Packet.raw(text));
    send(JSON.stringify({ type: 'ack', ok: true, message: 'connected', data: { agent_id: agentId, name, fault_domain: domainOf(owner) }, timestamp: new Date().toISOString() }));
    const seated = this.needs.seats.enter(identity, {
      send: (request) => { session.expectAnswer(); send(request); },
      end: (code, message) => session.end(code, message),
    });
    session.onClose(() => {
      if (session.endedWith === 'RATE_LIMITED') seated.flooded();
      seated.leave();
    });
    return seated;
  }
}

/** `opinion`, and `ping`. What is no valid opinion is counted as well as refused. */
const tableOf = (seated: () => Seated | null) => {
  const opinion = command(OpinionCommand, null, (_visitor, vote) => {
    const status = seated()!.take(vote);
    return { data: { run_id: vote.run_id, status } };
  });
  return {
    opinion: {
      ...opinion,
      perform: (visitor: Visitor, payload: unknown) => {
        try {
          return opinion.perform(visitor, payload);
        } catch (error) {
          const { run_id: runId } = payload as { run_id?: unknown };
          seated()?.invalid(typeof runId === 'string' ? runId : '', payload);
          throw error;
        }
      },
    },
    ping: command(PingCommand, null, () => ({ data: {}, kind: 'pong' })),
  };
};

/** Of the query or the header `Authorization: Bearer`. */
function tokenOf({ url = '', headers: { authorization } }: IncomingMessage): string | null {
  const asked = url.includes('?') ? new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('analyst_token') : null;
  return asked ?? /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
