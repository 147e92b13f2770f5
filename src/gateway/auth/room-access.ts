import type { Scope } from '../../model/scope.js';
import { clientRoom, SYSTEM_ROOM } from '../../rooms/names.js';
import type { Principal } from './principal.js';

const SCOPES = new Map<string, Scope>([['approvals', 'approve'], ['ops', 'admin']]);

/** What its members need (WIRE.md, Rooms). */
export const scopeOfRoom = (room: string): Scope => SCOPES.get(room) ?? 'read';

/** Rooms that a client is in by itself. */
export const ownRooms = ({ subject }: Principal): readonly string[] => [SYSTEM_ROOM, clientRoom(subject)];

/** May someone who is in the room stay there? */
export const mayStay = (principal: Principal, room: string): boolean => {
  if (ownRooms(principal).includes(room)) return true;
  return !room.startsWith(clientRoom('')) && principal.scopes.has(scopeOfRoom(room));
};
