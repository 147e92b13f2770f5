import { isSymbol } from '../../model/instrument.js';
import { ANALYSTS_ROOM, GROUPS_ROOM, OPS_ROOM, SYSTEM_ROOM } from '../../rooms/names.js';

export const ROOM_GRAMMAR = 'symbol:<symbol>, system, agent:<id>, group:<id>, groups, analysts, approvals, ops or client:<subject>';

const ID = /^[A-Za-z0-9._-]{1,64}$/;
// a token's `sub` is up to its issuer: bounded, and without control characters
const SUBJECT = /^[^\p{Cc}]{1,255}$/u;
const ALONE = new Set([SYSTEM_ROOM, GROUPS_ROOM, ANALYSTS_ROOM, 'approvals', OPS_ROOM]);
const NAMED = new Map<string, (name: string) => boolean>([
  ['symbol', isSymbol],
  ['agent', (id) => ID.test(id)],
  ['group', (id) => ID.test(id)],
  ['client', (subject) => SUBJECT.test(subject)],
]);

/** True for what may be a room by its name (WIRE.md, Rooms); whether it exists, and for whom, is another question. */
export const isRoomName = (value: unknown): value is string => {
  if (typeof value !== 'string') return false;
  const colon = value.indexOf(':');
  if (colon < 0) return ALONE.has(value);
  return NAMED.get(value.slice(0, colon))?.(value.slice(colon + 1)) ?? false;
};
