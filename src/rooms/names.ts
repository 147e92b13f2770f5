/** What rooms are called (WIRE.md, Rooms). */
export const SYSTEM_ROOM = 'system';
export const symbolRoom = (symbol: string): string => `symbol:${symbol}`;
export const clientRoom = (subject: string): string => `client:${subject}`;

const CLIENT_PREFIX = clientRoom('');
export const isClientRoom = (room: string): boolean => room.startsWith(CLIENT_PREFIX);
/** The type whose last message is part of a joining client's snapshot. */
export const SNAPSHOT_TYPE = 'signal_update';

const SYMBOL_PREFIX = 'symbol:';
/** The symbol of a symbol room, else null. */
export const symbolOf = (room: string): string | null =>
  room.startsWith(SYMBOL_PREFIX) ? room.slice(SYMBOL_PREFIX.length) : null;
