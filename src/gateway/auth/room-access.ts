import { CodedError } from '../../model/codes.js';
import type { Scope } from '../../model/scope.js';
import { clientRoom, SYSTEM_ROOM } from '../../rooms/names.js';
import { requireScope, type Principal } from './principal.js';

const SCOPES = new Map<string, Scope>([['approvals', 'approve'], ['ops', 'admin']]);

/** What its members need (WIRE.md, Rooms). */
const scopeOfRoom = (room: string): Scope => SCOPES.get(room) ?? 'read';

/** Rooms that a client is in by itself. */
export const ownRooms = ({ subject }: Principal): readonly string[] => [SYSTEM_ROOM, clientRoom(subject)];

/** May someone who is in the room stay there? */
export const mayStay = (principal: Principal, room: string): boolean => {
  if (ownRooms(principal).includes(room)) return true;
  return !room.startsWith(clientRoom('')) && principal.scopes.has(scopeOfRoom(room));
};

/** A room that is no symbol's, which the principal may join and read. @throws CodedError NOT_FOUND, FORBIDDEN */
export function checkedRoom(room: string, principal: Principal): string {
  if (room === SYSTEM_ROOM || scopeOfRoom(room) !== 'read') {
    requireScope(principal, scopeOfRoom(room));
    return room;
  }
  if (room === clientRoom(principal.subject)) return room;
  if (room.startsWith(clientRoom(''))) throw new CodedError('FORBIDDEN', `${room} belongs to another client; yours is ${clientRoom(principal.subject)}`);
  throw new CodedError('NOT_FOUND', `There is no room ${room} on this server`);
}
