import { Inject } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { CodedError, type Code } from '../../model/codes.js';
import { Packet } from '../../rooms/packet.js';
import { readHandshake, type Handshake } from '../auth/handshake.js';
import type { Principal } from '../auth/principal.js';
import { CommandQueue, type Incoming } from '../commands/command-queue.js';
import { COMMANDS, type CommandTable } from '../commands/commands.js';
import { DrainState } from '../drain-state.js';
import { refusalOf } from '../refusal.js';
import type { Session } from '../sessions/session.js';
import type { Reply } from '../sessions/transport.js';
import { Visits } from '../sessions/visits.js';
import { BAD_PACKET } from './safe-parser.js';
import { SocketIoTransport } from './socketio-transport.js';

type Acknowledge = (answer: unknown) => void;

interface Entrance {
  readonly handshake: Handshake;
  readonly principal: Principal | null;
}

/** Socket.IO's default namespace: translates, and decides nothing. A class provider, as Nest looks for gateways among no others. */
@WebSocketGateway()
export class SignalsGateway implements OnGatewayInit<Server>, OnGatewayConnection<Socket> {
  constructor(
    @Inject(Visits) private readonly visits: Visits,
    @Inject(COMMANDS) private readonly table: CommandTable,
    @Inject(DrainState) private readonly state: DrainState,
    @Inject(LOG) private readonly log: Log,
  ) {}

  afterInit(server: Server): void {
    server.use((socket, next) => {
      this.admit(socket).then(() => next(), (error: unknown) => {
        const refused = refusalOf(error, this.onFault);
        // a client that a middleware refuses stays away; one whose transport closes comes back by itself
        if (refused.row.retryable) socket.conn.close();
        else next(Object.assign(new Error(refused.message), { data: refused.toWire() }));
      });
    });
  }

  handleConnection(socket: Socket): void {
    const { handshake, principal } = socket.data as Entrance;
    const visitor = this.visits.open(new SocketIoTransport(socket), handshake);
    const { session } = visitor;
    const queue = new CommandQueue(visitor, this.table, this.onFault);
    socket.conn.on('packet', ({ type }: { readonly type: string }) => {
      session.heard();
      // engine.io ends the connection over these: say why before
      if (type === 'error' || type === 'ping') session.end('BAD_JSON', 'This is no packet that a client may send: see the Engine.IO protocol');
    });
    socket.onAny((event: string | symbol, ...args: unknown[]) => queue.take(readEvent(event, args, session)));
    socket.on('disconnect', () => session.disconnected());
    queue.first(async () => {
      try {
        await this.visits.begin(visitor, principal);
      } catch (error) {
        this.visits.refuse(visitor, error);
      }
    });
  }

  private readonly onFault = (error: Error): void => this.log.error({ err: error }, 'The gateway');

  private async admit(socket: Socket): Promise<void> {
    this.state.check();
    const { headers, url, auth } = { ...socket.handshake, url: socket.request.url };
    const handshake = readHandshake({ headers, url, auth });
    socket.data = { handshake, principal: await this.visits.principalOf(handshake) } satisfies Entrance;
  }
}

function readEvent(event: string | symbol, args: unknown[], session: Session): Incoming {
  const last = args.at(-1);
  const acknowledge = typeof last === 'function' ? (last as Acknowledge) : null;
  const payload = acknowledge && args.length === 1 ? undefined : args[0];
  const reply = socketIoReply(session, acknowledge);
  if (event === BAD_PACKET) return { kind: 'bad', error: unreadable(payload as Code), reply };
  if (payload instanceof Uint8Array || payload instanceof ArrayBuffer) return { kind: 'bad', error: unreadable('BINARY_UNSUPPORTED'), reply };
  return { kind: 'command', type: String(event), payload, reply };
}

const unreadable = (code: Code): CodedError =>
  new CodedError(code, code === 'BAD_JSON' ? 'The packet cannot be read: see the Socket.IO protocol' : 'Send JSON, no binary data');

/** The acknowledgement; without one an error arrives as the event `error`, and success says nothing. */
const socketIoReply = ({ outbox }: Session, acknowledge: Acknowledge | null): Reply => ({
  ok: (data) => { if (acknowledge) outbox.push(() => acknowledge({ ok: true, data })); },
  error: (error) => outbox.push(acknowledge ? () => acknowledge({ ok: false, error: error.toWire() }) : errorEvent(error)),
});

const errorEvent = (error: CodedError): Packet => Packet.loose('error', JSON.stringify(error.toWire()), new Date().toISOString());
