import type { NewMessage } from '../rooms/message.js';

const PREFIX = 'group:';
export const groupRoom = (groupId: string): string => `${PREFIX}${groupId}`;
/** The group of a group's room, else null. */
export const groupOfRoom = (room: string): string | null => (room.startsWith(PREFIX) ? room.slice(PREFIX.length) : null);

/** `group_status` (connected, changed, gone), `group_event`, `group_discussion`, `group_order`, `group_lesson`. */
export const groupMessage = (groupId: string, type: GroupMessageType, messageId: string, data: unknown): NewMessage => ({
  room: groupRoom(groupId), messageId, type, body: JSON.stringify(data),
});

type GroupMessageType = 'group_status' | 'group_event' | 'group_discussion' | 'group_order' | 'group_lesson';
