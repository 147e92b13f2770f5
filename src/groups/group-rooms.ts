import type { GroupMessages } from '../model/wire/groups.js';
import type { NewMessage } from '../rooms/message.js';
import { groupRoom } from '../rooms/names.js';

/** `group_status` (connected, changed, gone), `group_event`, `group_discussion`, `group_order`, `group_lesson`. */
export const groupMessage = <T extends keyof GroupMessages>(groupId: string, type: T, messageId: string, data: GroupMessages[T]): NewMessage => ({
  room: groupRoom(groupId), messageId, type, body: JSON.stringify(data),
});
