/** Something to be said in a room, before it has an offset. */
export interface NewMessage {
  readonly room: string;
  /** Unique for ever, so that saying it twice adds nothing. */
  readonly messageId: string;
  readonly type: string;
  /** JSON text of `data`, as it goes on the wire. */
  readonly body: string;
  /** Market time that it is about, epoch milliseconds; `replay` finds it by that. */
  readonly marketTime?: number | undefined;
}

/** A row of a room's log. */
export interface RoomMessage extends NewMessage {
  readonly epoch: string;
  /** From 1, without holes. */
  readonly offset: number;
  /** Wall time, ISO-8601 with milliseconds. */
  readonly sentAt: string;
}

/** Where a client stands in a room. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}
