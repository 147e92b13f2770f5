import type { NewMessage } from '../rooms/message.js';
import { groupRoom } from '../rooms/names.js';

/** `group_status` (connected, changed, gone), `group_event`, `group_discussion`, `group_order`, `group_lesson`. */
export const groupMessage = (groupId: string, type: GroupMessageType, messageId: string, data: unknown): NewMessage => ({
  room: groupRoom(groupId), messageId, type, body: JSON.stringify(data),
});

type GroupMessageType = 'group_status' | 'group_event' | 'group_discussion' | 'group_order' | 'group_lesson';
