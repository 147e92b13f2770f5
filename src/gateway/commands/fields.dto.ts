import type { ErrorDetail } from '../../model/codes.js';
import { isSymbol } from '../../model/instrument.js';
import { problem, shown } from './checked.dto.js';
import type { Check } from './checked.dto.js';
import { isMessageType, MESSAGE_TYPES } from './message-types.dto.js';
import { isRoomName, ROOM_GRAMMAR } from './room-name.dto.js';
import { sinceProblems } from './since.dto.js';

const TARGETS = ['symbol', 'symbols', 'room'] as const;
const MAX_SYMBOLS = 1000;
const MAX_TYPES = 32;

/** The check, where there is something to check. */
export const optional =
  (check: Check): Check =>
  (value, command) => (value === undefined ? [] : check(value, command));

export const exactlyOneTarget: Check = (_value, command) => {
  const given = TARGETS.filter((field) => (command as Record<string, unknown>)[field] !== undefined);
  if (given.length === 1) return [];
  return [problem(`give exactly one of symbol, symbols, room${given.length > 1 ? `, not ${given.join(' and ')}` : ''}`)];
};

export const symbolProblems: Check = (value) => symbolAt(value, '');

export const symbolsProblems: Check = (value) => listProblems(value, MAX_SYMBOLS, 'symbols', symbolAt);

export const typesProblems: Check = (value) =>
  listProblems(value, MAX_TYPES, 'message types', (type, path) =>
    isMessageType(type) ? [] : [problem(`${shown(type)} is no message type: ${MESSAGE_TYPES.join(', ')}`, path)],
  );

export const roomProblems: Check = (value) =>
  isRoomName(value) ? [] : [problem(`${shown(value)} is no room: ${ROOM_GRAMMAR}`)];

/** Several symbols want a map; one symbol or room takes both forms. */
export const targetSinceProblems: Check = (value, command) =>
  sinceProblems(value, (command as { symbols?: unknown }).symbols === undefined ? 'either' : 'map');

const symbolAt = (value: unknown, path: string): readonly ErrorDetail[] =>
  typeof value === 'string' && isSymbol(value)
    ? []
    : [problem(`${shown(value)} is no symbol: 1 to 20 of A-Z 0-9 . _ / -`, path)];

const listProblems = (
  value: unknown,
  most: number,
  what: string,
  itemProblems: (item: unknown, path: string) => readonly ErrorDetail[],
): readonly ErrorDetail[] => {
  if (!Array.isArray(value) || value.length < 1 || value.length > most) {
    return [problem(`must be a list of 1 to ${most} ${what}${Array.isArray(value) ? `, not ${value.length}` : ''}`)];
  }
  return value.flatMap((item, at) => itemProblems(item, `[${at}]`));
};
