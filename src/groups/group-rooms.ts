import { v7 as uuidv7 } from 'uuid';
import type { GroupMessages, GroupsUpdate } from '../model/wire/groups.js';
import type { NewMessage } from '../rooms/message.js';
import { groupRoom, GROUPS_ROOM } from '../rooms/names.js';

/** `group_status` (connected, changed, gone), `group_event`, `group_discussion`, `group_order`, `group_lesson`. */
export const groupMessage = <T extends keyof GroupMessages>(groupId: string, type: T, messageId: string, data: GroupMessages[T]): NewMessage => ({
  room: groupRoom(groupId), messageId, type, body: JSON.stringify(data),
});

/** `groups_update` in the room `groups`: who lists them looks again. */
export const listChanged = ({ kind, id, name }: Pick<GroupsUpdate, 'kind' | 'id' | 'name'>, change: GroupsUpdate['change']): NewMessage => {
  const data: GroupsUpdate = { kind, id, name, change, timestamp: new Date().toISOString() };
  return { room: GROUPS_ROOM, messageId: `groups:${uuidv7()}`, type: 'groups_update', body: JSON.stringify(data) };
};
