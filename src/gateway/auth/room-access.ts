import { CodedError } from '../../model/codes.js';
import type { Scope } from '../../model/scope.js';
import { agentOf, ANALYSTS_ROOM, clientRoom, GROUPS_ROOM, groupOf, OPS_ROOM, SYSTEM_ROOM } from '../../rooms/names.js';
import { requireScope, type Principal } from './principal.js';

const SCOPES = new Map<string, Scope>([[SYSTEM_ROOM, 'read'], [GROUPS_ROOM, 'read'], [ANALYSTS_ROOM, 'read'], ['approvals', 'approve'], [OPS_ROOM, 'admin']]);

/** What its members need (WIRE.md, Rooms). */
const scopeOfRoom = (room: string): Scope => SCOPES.get(room) ?? 'read';

/** Rooms that a client is in by itself. */
export const ownRooms = ({ subject }: Principal): readonly string[] => [SYSTEM_ROOM, clientRoom(subject)];

/** May someone who is in the room stay there? */
export const mayStay = (principal: Principal, room: string): boolean => {
  if (ownRooms(principal).includes(room)) return true;
  return !room.startsWith(clientRoom('')) && principal.scopes.has(scopeOfRoom(room));
};

/** A room that is no symbol's, which the principal may join and read; `agents` are the ids of those that trade. @throws CodedError NOT_FOUND, FORBIDDEN */
export function checkedRoom(room: string, principal: Principal, agents: ReadonlySet<string>): string {
  if (SCOPES.has(room)) {
    requireScope(principal, scopeOfRoom(room));
    return room;
  }
  if (room === clientRoom(principal.subject)) return room;
  const agentId = agentOf(room);
  if (agentId !== null) {
    requireScope(principal, 'read');
    checkAgent(agentId, agents);
    return room;
  }
  if (groupOf(room) !== null) {
    requireScope(principal, 'read');
    return room; // whether there is such a group only the database knows
  }
  if (room.startsWith(clientRoom(''))) throw new CodedError('FORBIDDEN', `${room} belongs to another client; yours is ${clientRoom(principal.subject)}`);
  throw new CodedError('NOT_FOUND', `There is no room ${room} on this server`);
}

/** @throws CodedError NOT_FOUND */
export function checkAgent(agentId: string, agents: ReadonlySet<string>): void {
  if (agents.has(agentId)) return;
  const there = agents.size === 0 ? 'none trades here: see TRADING and config/agents.yaml' : `there are ${[...agents].join(', ')}`;
  throw new CodedError('NOT_FOUND', `There is no agent ${agentId.slice(0, 64)}; ${there}`);
}
