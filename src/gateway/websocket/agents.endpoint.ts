import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CodedError } from '../../model/codes.js';
import { agentRoom } from '../../rooms/names.js';
import { NOBODY, readHandshake, type Handshake } from '../auth/handshake.js';
import { requireScope } from '../auth/principal.js';
import { checkAgent } from '../auth/room-access.js';
import { command } from '../commands/command.js';
import { PingCommand } from '../commands/commands.dto.js';
import { CommandQueue } from '../commands/command-queue.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import { followLife } from './follow-life.js';
import { readFrame } from './raw-frames.js';
import { RawTransport } from './raw-transport.js';
import type { Endpoint } from './upgrade-router.js';

export interface AgentsEndpointNeeds {
  readonly visits: Visits;
  /** Ids of those that trade. */
  readonly agents: ReadonlySet<string>;
  readonly onFault: (error: Error) => void;
}

const PATH = '/ws/agents/';
const TABLE = { ping: command(PingCommand, null, () => ({ data: {}, kind: 'pong' })) };

/** `/ws/agents/{agent_id}`: how one trading agent and its account are doing, what it decides and what is traded. */
export class AgentsEndpoint implements Endpoint {
  constructor(private readonly needs: AgentsEndpointNeeds) {}

  match(path: string): string | null {
    if (!path.startsWith(PATH)) return null;
    try {
      return decodeURIComponent(path.slice(PATH.length)).replace(/\/$/, '');
    } catch {
      return null;
    }
  }

  open(ws: WebSocket, socket: Socket, request: IncomingMessage, agentId: string): void {
    const { visits, onFault } = this.needs;
    let handshake: Handshake = NOBODY;
    let refusal: CodedError | null = null;
    try {
      handshake = readHandshake(request);
    } catch (error) {
      refusal = error as CodedError;
    }
    const visitor = visits.open(new RawTransport('agents', ws.extensions === '' ? 'json' : 'json+deflate', ws, socket), handshake);
    const { session } = visitor;
    const queue = new CommandQueue(visitor, TABLE, onFault);
    ws.on('message', (data, binary) => queue.take(readFrame(data as Buffer, binary, session.outbox)));
    followLife(ws, session);
    if (refusal) return session.endWith(refusal);
    queue.first(async () => {
      try {
        await this.begin(visitor, handshake, agentId);
      } catch (error) {
        visits.refuse(visitor, error);
      }
    });
  }

  private async begin({ session, rooms, since }: Visitor, handshake: Handshake, agentId: string): Promise<void> {
    const principal = await this.needs.visits.principalOf(handshake);
    if (principal === null) throw new CodedError('UNAUTHENTICATED', 'Connect with ?token=…');
    requireScope(principal, 'read');
    checkAgent(agentId, this.needs.agents);
    session.identify(principal);
    const { begin } = await rooms.join([agentRoom(agentId)], (room) => since.get(room));
    begin();
  }
}
