/** What rooms are called (WIRE.md, Rooms). */
export const SYSTEM_ROOM = 'system';
export const OPS_ROOM = 'ops';
/** Which groups, triggers and roles there are. */
export const GROUPS_ROOM = 'groups';
/** Who sits on the panel, and that there are new figures of it. */
export const ANALYSTS_ROOM = 'analysts';
export const symbolRoom = (symbol: string): string => `symbol:${symbol}`;
export const clientRoom = (subject: string): string => `client:${subject}`;

const CLIENT_PREFIX = clientRoom('');
export const isClientRoom = (room: string): boolean => room.startsWith(CLIENT_PREFIX);

const AGENT_PREFIX = 'agent:';
export const agentRoom = (agentId: string): string => `${AGENT_PREFIX}${agentId}`;
/** The trading agent of an agent's room, else null. */
export const agentOf = (room: string): string | null => (room.startsWith(AGENT_PREFIX) ? room.slice(AGENT_PREFIX.length) : null);

const GROUP_PREFIX = 'group:';
export const groupRoom = (groupId: string): string => `${GROUP_PREFIX}${groupId}`;
/** The trading group of a group's room, else null. */
export const groupOf = (room: string): string | null => (room.startsWith(GROUP_PREFIX) ? room.slice(GROUP_PREFIX.length) : null);

/** The types whose last message is part of a joining client's snapshot; a room says at most one of them. */
export const SNAPSHOT_TYPE = 'signal_update';
const AGENT_SNAPSHOT_TYPE = 'agent_status';
export const snapshotTypeOf = (room: string): string => (agentOf(room) === null ? SNAPSHOT_TYPE : AGENT_SNAPSHOT_TYPE);

const SYMBOL_PREFIX = 'symbol:';
/** The symbol of a symbol room, else null. */
export const symbolOf = (room: string): string | null =>
  room.startsWith(SYMBOL_PREFIX) ? room.slice(SYMBOL_PREFIX.length) : null;
