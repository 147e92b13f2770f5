import { ApiProperty } from '@nestjs/swagger';
import type { ErrorDetail } from '../../model/codes.js';
import type { Position } from '../../rooms/message.js';
import { problem, shown } from './checked.dto.js';
import { isRoomName, ROOM_GRAMMAR } from './room-name.dto.js';

const MAX_EPOCH = 64;
const MAX_ROOMS = 1000;

/** One position, or where several rooms are meant a map of room to position. */
export type Since = Position | ReadonlyMap<string, Position>;

/** Where a client stands in a room, as on the wire. */
export class PositionDto implements Position {
  @ApiProperty({ minLength: 1, maxLength: MAX_EPOCH, example: 'k3x9' })
  epoch!: string;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 42 })
  offset!: number;
}

/** The client's position in a room; undefined where it named none. */
export const positionIn = (since: Since | undefined, room: string): Position | undefined =>
  since instanceof Map ? since.get(room) : (since as Position | undefined);

/** Gives `since` its form, without what nobody asked for and without judging it. */
export const readSince = (value: unknown): unknown => {
  if (!isRecord(value)) return value;
  if (Object.hasOwn(value, 'epoch') || Object.hasOwn(value, 'offset')) return readPosition(value);
  return new Map(Object.entries(value).map(([room, position]) => [room, readPosition(position)]));
};

/** What is wrong with what `readSince` returned; `map` where one position would not say whose it is. */
export const sinceProblems = (since: unknown, allowed: 'map' | 'either'): readonly ErrorDetail[] => {
  if (since === undefined) return [];
  if (since instanceof Map) return mapProblems(since);
  if (allowed === 'map') return [problem('must be a map of room to {"epoch","offset"}, such as {"symbol:AAPL":{"epoch":"k3x9","offset":42}}')];
  if (!isRecord(since)) return [problem(`must be {"epoch","offset"} or a map of room to that, not ${shown(since)}`)];
  return positionProblems(since, '');
};

const mapProblems = (since: ReadonlyMap<unknown, unknown>): readonly ErrorDetail[] => {
  if (since.size > MAX_ROOMS) return [problem(`must name at most ${MAX_ROOMS} rooms, not ${since.size}`)];
  return [...since].flatMap(([room, position]) =>
    isRoomName(room) ? positionProblems(position, String(room)) : [problem(`${shown(room)} is no room: ${ROOM_GRAMMAR}`)],
  );
};

const positionProblems = (position: unknown, path: string): readonly ErrorDetail[] => {
  if (!isRecord(position)) return [problem(`must be {"epoch","offset"}, not ${shown(position)}`, path)];
  const { epoch, offset } = position;
  const problems: ErrorDetail[] = [];
  if (typeof epoch !== 'string' || epoch.length < 1 || epoch.length > MAX_EPOCH) {
    problems.push(problem(`must be a string of 1 to ${MAX_EPOCH} characters`, below(path, 'epoch')));
  }
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
    problems.push(problem('must be an integer from 0 to 2^53-1', below(path, 'offset')));
  }
  return problems;
};

const readPosition = (value: unknown): unknown =>
  isRecord(value) ? { epoch: value['epoch'], offset: value['offset'] } : value;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const below = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);
