import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Answer } from '../../groups/answer.js';
import type { GroupSessions, GroupSocket, Seat } from '../../groups/group-sessions.js';
import { CodedError } from '../../model/codes.js';
import { Packet } from '../../rooms/packet.js';
import type { FrameForm } from '../../storage/groups-schema.js';
import { NOBODY } from '../auth/handshake.js';
import type { Command } from '../commands/command.js';
import { CommandQueue, type Incoming } from '../commands/command-queue.js';
import type { Session } from '../sessions/session.js';
import type { Reply } from '../sessions/transport.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import { answerText, readEventFrame, refusalAnswer, type EventFrameIn } from './event-frames.js';
import { RawTransport } from './raw-transport.js';
import type { Endpoint } from './upgrade-router.js';

export interface EventsEndpointNeeds {
  readonly visits: Visits;
  readonly sessions: GroupSessions;
  readonly onFault: (error: Error) => void;
}

/** Where a token is the way in, a wrong one ends with what WebSocket clients know as a policy violation. */
const CLOSES = { UNAUTHENTICATED: 1008, TOKEN_INVALID: 1008 } as const;
/** The client has closed by itself: normal, going away, without a code. */
const ORDERLY: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** `/ws/events?trading_group_token=…` or `?trigger_token=…`: events to groups and from triggers, decisions and logs of groups. */
export class EventsEndpoint implements Endpoint {
  constructor(private readonly needs: EventsEndpointNeeds) {}

  match(path: string): string | null {
    return path === '/ws/events' || path === '/ws/events/' ? '' : null;
  }

  open(ws: WebSocket, socket: Socket, request: IncomingMessage): void {
    const { visits, onFault } = this.needs;
    let seat: Seat | null = null;
    const say = (answer: Answer): string => answerText(answer, seat?.form ?? 'type');
    const transport = new RawTransport('events', 'json', ws, socket, CLOSES, (error) => Packet.raw(say(refusalAnswer(error))));
    const visitor = visits.open(transport, NOBODY);
    const { session } = visitor;
    const queue = new CommandQueue(visitor, tableOf(() => seat), onFault, true);
    let orderly = false;
    ws.on('message', (data, binary) => {
      const incoming = read(data as Buffer, binary, session);
      // what was asked to be acknowledged is no command that costs something
      if (seat && incoming.kind === 'command' && incoming.type === 'ack' && settled(seat, incoming.payload as EventFrameIn)) session.heard();
      else queue.take(incoming);
    });
    ws.on('ping', () => session.heard());
    ws.on('pong', () => session.heard());
    ws.on('close', (code) => {
      orderly = ORDERLY.has(code);
      session.disconnected();
    });
    ws.on('error', () => undefined); // 'close' follows, with its code
    queue.first(async () => {
      try {
        seat = await this.enter(visitor, request);
        session.onClose(() => seat?.leave(orderly));
        if (session.isClosed) return;
        session.outbox.push(Packet.raw(say(seat.greeting)));
        seat.begin();
      } catch (error) {
        visits.refuse(visitor, error);
      }
    });
  }

  private async enter({ session }: Visitor, { url = '' }: IncomingMessage): Promise<Seat> {
    const asked = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
    const [group, trigger] = [asked.get('trading_group_token'), asked.get('trigger_token')];
    if (group !== null && trigger !== null) throw new CodedError('UNAUTHENTICATED', 'Connect with one token: trading_group_token or trigger_token, not both');
    const { outbox } = session;
    const socket: GroupSocket = {
      connectionId: session.id,
      send: (packet, shared) => { if (shared) outbox.share(packet); else outbox.push(packet); },
      page: (packets) => outbox.page(packets),
      drained: () => outbox.drained(),
      end: (code, message) => session.end(code, message),
    };
    if (group) return this.needs.sessions.group(group, socket);
    if (trigger) return this.needs.sessions.trigger(trigger, socket);
    throw new CodedError('UNAUTHENTICATED', 'Connect with ?trading_group_token=… or ?trigger_token=…; `npx conclave groups create` makes one');
  }
}

function read(data: Buffer, binary: boolean, { outbox }: Session): Incoming {
  const push = (answer: Answer, form: FrameForm): void => outbox.push(Packet.raw(answerText(answer, form)));
  const reply = (form: FrameForm): Reply => ({
    ok: (answer) => { if (answer !== null) push(answer as Answer, form); },
    error: (error) => push(refusalAnswer(error), form),
  });
  try {
    const frame = readEventFrame(data, binary);
    return { kind: 'command', type: frame.type, payload: frame, reply: reply(frame.form) };
  } catch (error) {
    return { kind: 'bad', error: error as CodedError, reply: reply('type') };
  }
}

const settled = (seat: Seat, { fields }: EventFrameIn): boolean => typeof fields['id'] === 'string' && seat.ack(fields['id']);

const tableOf = (seated: () => Seat | null): Readonly<Record<string, Command>> => {
  const of = (work: (frame: EventFrameIn, seat: Seat) => Promise<Answer | null>): Command => ({
    scope: null, fields: Object,
    perform: async (_visitor, payload) => {
      const frame = payload as EventFrameIn;
      const seat = seated();
      if (!seat) return { data: null }; // refused at the door
      seat.spoke(frame.form);
      return { data: await work(frame, seat) };
    },
  });
  return {
    event: of(({ fields, form }, seat) => seat.event(fields, form)),
    system: of(({ fields, form }, seat) => seat.system(fields, form)),
    // it may have come again, or of another connection: nothing to say about it
    ack: of(({ fields }, seat) => {
      if (typeof fields['id'] !== 'string') throw new CodedError('VALIDATION_ERROR', 'id: must be the id of an event', [{ path: 'id', message: 'must be the id of an event' }]);
      seat.ack(fields['id']);
      return Promise.resolve(null);
    }),
    ping: of(() => Promise.resolve({ ok: true, message: 'pong' })),
  };
};
