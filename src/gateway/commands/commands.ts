import type { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import type { Hub } from '../../rooms/hub.js';
import { groupOf, symbolRoom, symbolOf } from '../../rooms/names.js';
import type { RoomHistory } from '../../rooms/room-history.js';
import type { RoomLog } from '../../rooms/room-log.js';
import { endMessageId, signalMessageId, voteIdsOf } from '../../signals/run.js';
import type { Runs } from '../../signals/runs.js';
import type { Authenticator } from '../auth/authenticator.js';
import { checkedRoom } from '../auth/room-access.js';
import type { Alerts } from '../alerts/alerts.js';
import { alertCommands } from '../alerts/alert-commands.js';
import { replayCommand } from '../history/replay.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import type { Status } from '../status.js';
import { command, type Answer, type Command } from './command.js';
import { AnalyzeCommand, AuthenticateCommand, GetStatusCommand, PingCommand, SubscribeCommand, UnsubscribeCommand } from './commands.dto.js';
import { positionIn } from './since.dto.js';

export interface CommandNeeds {
  readonly market: Market;
  /** Ids of those that trade. */
  readonly agents: ReadonlySet<string>;
  readonly groupExists: (groupId: string) => Promise<boolean>;
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly history: RoomHistory;
  readonly alerts: Alerts;
  readonly runs: Runs;
  /** Who may have said something in a run. */
  readonly panel: { known(): readonly string[]; readonly rounds: number };
  readonly authenticator: Authenticator;
  readonly visits: Visits;
  readonly status: Status;
}

/** Injects the table. */
export const COMMANDS = Symbol('Commands');
export type CommandTable = Readonly<Record<string, Command>>;

/** One table of commands, for Socket.IO and for raw sockets. */
export const commandTable = (needs: CommandNeeds): CommandTable => ({
  subscribe: command(SubscribeCommand, 'read', async (visitor, fields) => {
    const names = roomsOf(needs, visitor, fields);
    const groupId = groupOf(names[0]!);
    if (groupId !== null && !await needs.groupExists(groupId)) throw new CodedError('NOT_FOUND', `There is no group ${groupId.slice(0, 64)}: GET /api/groups lists them`);
    // a client may have written the rooms of its map in another spelling
    const asked = fields.room === undefined ? symbolsOf(fields).map(symbolRoom) : [fields.room];
    const since = new Map(names.map((name, at) => [name, positionIn(fields.since, name) ?? positionIn(fields.since, asked[at] ?? '')]));
    const { rooms, begin } = await visitor.rooms.join(names, (room) => since.get(room), fields.types);
    return { data: { rooms }, after: begin };
  }),

  unsubscribe: command(UnsubscribeCommand, 'read', (visitor, fields) => {
    const rooms = roomsOf(needs, visitor, fields).filter((name) => visitor.rooms.leave(name));
    return { data: { rooms } };
  }),

  analyze: command(AnalyzeCommand, 'analyze', (visitor, fields) => analyze(needs, visitor, fields)),

  replay: replayCommand(needs),

  ...alertCommands(needs),

  get_status: command(GetStatusCommand, 'read', () => ({ data: needs.status.report(), kind: 'status' })),

  authenticate: command(AuthenticateCommand, null, async (visitor, { token }) => {
    const principal = await needs.authenticator.verify(token);
    const after = await needs.visits.identify(visitor, principal);
    const { subject, scopes, expiresAt } = principal;
    return { data: { subject, scopes: [...scopes], expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString() }, after };
  }),

  ping: command(PingCommand, null, () => ({ data: {}, kind: 'pong' })),
});

interface Target {
  readonly symbol?: string;
  readonly symbols?: readonly string[];
  readonly room?: string;
}

const symbolsOf = ({ symbol, symbols }: Target): readonly string[] => symbols ?? (symbol === undefined ? [] : [symbol]);

/** The rooms that are meant, in the wire's spelling. @throws CodedError UNKNOWN_SYMBOL, NOT_FOUND, FORBIDDEN */
function roomsOf({ market, agents }: Pick<CommandNeeds, 'market' | 'agents'>, visitor: Visitor, target: Target): string[] {
  if (target.room === undefined) return symbolsOf(target).map((symbol) => symbolRoom(market.instrument(symbol).symbol));
  const symbol = symbolOf(target.room);
  if (symbol !== null) return [symbolRoom(market.instrument(symbol).symbol)];
  return [checkedRoom(target.room, visitor.session.principal!, agents)];
}

/** Asks for a run, or joins the one under way; its requester sees all of it, a member of the room or not. */
async function analyze({ market, hub, log, runs, panel }: CommandNeeds, { session, rooms }: Visitor, { symbol, depth }: AnalyzeCommand): Promise<Answer> {
  const instrument = market.instrument(symbol);
  session.analyses.take(performance.now());
  const [room] = await hub.host([symbolRoom(instrument.symbol)]);
  if (!room) throw new Error('hosting one room gave none');
  try {
    const head = room.cursor;
    const ticket = runs.request(instrument.symbol, depth, { kind: 'request', subject: session.principal!.subject });
    const { runId, shared } = await ticket.stored;
    const said = shared ? await log.find([...voteIdsOf(runId, panel.known(), panel.rounds), signalMessageId(runId), endMessageId(runId)]) : [];
    if (session.isClosed) throw new CodedError('NOT_READY', 'The connection has gone');
    const from = Math.min(head, ...said.map(({ offset }) => offset - 1));
    return {
      data: { run_id: runId, symbol: instrument.symbol, depth, shared },
      abandoned: () => hub.release(room),
      after: () => rooms.follow(room, from, [signalMessageId(runId), endMessageId(runId)], said),
    };
  } catch (error) {
    hub.release(room);
    throw error;
  }
}
