import type { Kysely } from 'kysely';
import { CodedError, type Code } from '../model/codes.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import type { FrameForm, GroupsTable, TriggersTable } from '../storage/groups-schema.js';
import type { Schema } from '../storage/schema.js';
import type { Answer } from './answer.js';
import type { Connection, Connections } from './connections/connections.js';
import { EventPackets } from './events/event-frames.js';
import { Line, type GroupWire, type LineNeeds } from './events/line.js';
import type { Lines } from './events/lines.js';
import { configOnWire, groupOf, type Group } from './group.js';
import { groupMessage, listChanged } from './group-rooms.js';
import type { GroupStore } from './group-store.js';
import { hashOf } from './token.js';

/** A socket of a group or a trigger, as it is seen from here. */
export interface GroupSocket extends GroupWire {
  readonly connectionId: string;
  end(code: Code, message: string): void;
}

/** A group or trigger that is connected: what its frames come to. */
export interface Seat {
  /** What it is told first. */
  readonly greeting: Answer;
  /** In which it is spoken to. */
  readonly form: FrameForm;
  /** After the greeting is on its way. */
  begin(): void;
  /** It has spoken in this form. */
  spoke(form: FrameForm): void;
  event(fields: Readonly<Record<string, unknown>>, form: FrameForm): Promise<Answer>;
  system(fields: Readonly<Record<string, unknown>>, form: FrameForm): Promise<Answer>;
  /** False: there is nothing to settle under this id. */
  ack(eventId: string): boolean;
  /** @param orderly by a close, not a broken line */
  leave(orderly: boolean): void;
}

/** Where frames go. */
export abstract class FrameTakers {
  abstract trade(group: Group, fields: unknown, form: FrameForm): Promise<Answer>;
  abstract log(group: Group, fields: unknown, form: FrameForm): Promise<Answer>;
  abstract trigger(trigger: { readonly triggerId: string; readonly name: string }, fields: unknown, form: FrameForm): Promise<Answer>;
}

export interface GroupSessionsNeeds {
  readonly db: Kysely<Schema>;
  readonly groups: GroupStore;
  readonly lines: Lines;
  readonly ofGroups: Connections;
  readonly ofTriggers: Connections;
  readonly line: Omit<LineNeeds, 'packets' | 'onFirstAck'>;
  readonly takers: FrameTakers;
  readonly writer: Pick<RoomWriter, 'sayLater'>;
  readonly onFault: (error: unknown) => void;
}

/** Groups and triggers on `/ws/events`, by their tokens. */
export class GroupSessions {
  private readonly packets = new EventPackets();

  constructor(private readonly needs: GroupSessionsNeeds) {}

  /** @throws CodedError TOKEN_INVALID, STORE_UNAVAILABLE */
  async group(token: string, socket: GroupSocket): Promise<Seat> {
    const row = await this.needs.groups.byToken(hashOf(token));
    if (!row) throw new CodedError('TOKEN_INVALID', 'This trading_group_token is not valid, or was revoked: `npx conclave groups token <group>` makes a new one');
    const members = await this.needs.groups.members(row.group_id);
    const connection = await this.enter(this.needs.ofGroups, row.group_id, row.token_hash!, socket);
    return this.groupSeat(row, connection, socket, {
      ok: true, message: 'connected', client_id: socket.connectionId, subscriptions: [row.name], config: configOnWire(groupOf(row), members),
    });
  }

  /** @throws CodedError TOKEN_INVALID, STORE_UNAVAILABLE */
  async trigger(token: string, socket: GroupSocket): Promise<Seat> {
    const row = await this.needs.db.selectFrom('triggers').selectAll().where('token_hash', '=', hashOf(token)).executeTakeFirst();
    if (!row) throw new CodedError('TOKEN_INVALID', 'This trigger_token is not valid, or was revoked: `npx conclave triggers token <trigger>` makes a new one');
    if (row.enabled === 0) throw new CodedError('TOKEN_INVALID', `The trigger ${row.name} is disabled: \`npx conclave triggers list\` shows it`);
    const connection = await this.enter(this.needs.ofTriggers, row.trigger_id, row.token_hash!, socket);
    return this.triggerSeat(row, connection, {
      ok: true, message: 'connected', client_id: socket.connectionId, subscriptions: [], trigger: { trigger_id: row.trigger_id, name: row.name, kind: row.kind },
    });
  }

  private async enter(connections: Connections, id: string, tokenHash: string, socket: GroupSocket): Promise<Connection> {
    const connection: Connection = { id, tokenHash, connectionId: socket.connectionId, end: (code, message) => socket.end(code, message) };
    await connections.enter(connection);
    return connection;
  }

  private groupSeat(row: GroupsTable, connection: Connection, socket: GroupSocket, greeting: Answer): Seat {
    const { lines, ofGroups, takers, line: needs } = this.needs;
    const { group_id: groupId } = row;
    const speech = { form: row.form, acks: row.acks === 1 };
    const line = new Line(groupOf(row), speech, socket, { ...needs, packets: this.packets, onFirstAck: () => this.keep(groupId, { acks: 1 }) });
    const current = async (): Promise<Group> => {
      const group = await this.needs.groups.find(groupId);
      if (!group) throw new CodedError('TOKEN_INVALID', 'This group was deleted');
      return group;
    };
    return {
      greeting,
      get form() { return speech.form; },
      begin: () => {
        lines.enter(line);
        this.status(groupId, connection.connectionId, true);
      },
      spoke: (form) => {
        if (form === speech.form) return;
        speech.form = form;
        this.keep(groupId, { form });
      },
      event: async (fields, form) => takers.trade(await current(), fields, form),
      system: async (fields, form) => takers.log(await current(), fields, form),
      ack: (eventId) => line.ack(eventId),
      leave: (orderly) => {
        line.close(orderly);
        lines.leave(line);
        void ofGroups.leave(connection);
        this.status(groupId, connection.connectionId, false);
      },
    };
  }

  private triggerSeat(row: TriggersTable, connection: Connection, greeting: Answer): Seat {
    let spoken: FrameForm = 'type';
    const { takers, ofTriggers } = this.needs;
    return {
      greeting,
      get form() { return spoken; },
      begin: () => this.presence(row, 'connected'),
      spoke: (form) => { spoken = form; },
      event: (fields, form) => takers.trigger({ triggerId: row.trigger_id, name: row.name }, fields, form),
      system: () => Promise.reject(new CodedError('FORBIDDEN', 'A trigger sends events; logs are for groups')),
      ack: () => false,
      leave: () => void ofTriggers.leave(connection).then(() => this.presence(row, 'gone')),
    };
  }

  private presence({ trigger_id: id, name }: TriggersTable, change: 'connected' | 'gone'): void {
    this.needs.writer.sayLater({ messages: [listChanged({ kind: 'trigger', id, name }, change)] }).catch(this.needs.onFault);
  }

  private keep(groupId: string, change: { acks?: number; form?: FrameForm }): void {
    this.needs.db.updateTable('groups').set(change).where('group_id', '=', groupId).execute().catch(this.needs.onFault);
  }

  private status(groupId: string, connectionId: string, connected: boolean): void {
    const data = { group_id: groupId, connected, connection_id: connectionId, timestamp: new Date().toISOString() };
    this.needs.writer.sayLater({ messages: [groupMessage(groupId, 'group_status', `group:${connectionId}:${connected ? 'here' : 'gone'}`, data)] }).catch(this.needs.onFault);
  }
}
