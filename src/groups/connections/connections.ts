import type { Code } from '../../model/codes.js';
import type { Channels } from '../../storage/channels.js';
import { SAID_EVERY_MS } from './connected.js';
import type { ConnectionRows, Kind } from './connection-rows.js';

export interface Connection {
  readonly id: string;
  readonly connectionId: string;
  readonly tokenHash: string;
  end(code: Code, message: string): void;
}

const REPLACED = 'The same token has connected again: this connection is over';

export interface ConnectionsNeeds {
  readonly rows: ConnectionRows;
  /** null: this node is alone. */
  readonly channels: Channels | null;
  readonly onFault: (error: unknown) => void;
}

/**
 * Who is connected here with tokens of one kind. One connection a token: the newest has the row, on whatever node, and
 * the one before is closed REPLACED, at once by a word and within two seconds by a look at the rows. So are those
 * whose token was revoked.
 */
export class Connections {
  private readonly here = new Map<string, Connection>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly needs: ConnectionsNeeds) {}

  get kind(): Kind {
    return this.needs.rows.kind;
  }

  async start(): Promise<void> {
    await this.needs.channels?.listen(this.channel, (id) => void this.lookAt([id]));
    this.timer = setInterval(() => void this.sweep(), SAID_EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.here.values()].map((each) => this.leave(each)));
    await this.looking;
  }

  of(id: string): Connection | null {
    return this.here.get(id) ?? null;
  }

  /** Takes the token's place; resolves once the row says so. @throws CodedError STORE_UNAVAILABLE and what the database says */
  async enter(connection: Connection): Promise<void> {
    await this.needs.rows.take(connection.id, connection.connectionId);
    this.end(connection.id, 'REPLACED', REPLACED);
    this.here.set(connection.id, connection);
    this.needs.channels?.publish(this.channel, connection.id);
  }

  async leave({ id, connectionId }: Connection): Promise<void> {
    if (this.here.get(id)?.connectionId === connectionId) this.here.delete(id);
    await this.needs.rows.leave(id, connectionId).catch(this.needs.onFault);
  }

  /** The token of it has changed or gone: its connection ends, wherever it is. */
  changed(id: string): void {
    void this.lookAt([id]);
    this.needs.channels?.publish(this.channel, id);
  }

  private get channel(): string {
    return `connections:${this.needs.rows.kind}`;
  }

  private end(id: string, code: Code, message: string): void {
    const connection = this.here.get(id);
    if (!connection) return;
    this.here.delete(id);
    connection.end(code, message);
  }

  private async sweep(): Promise<void> {
    if (this.here.size === 0) return;
    await this.lookAt([...this.here.keys()]);
    await this.needs.rows.say([...this.here.values()].map(({ connectionId }) => connectionId)).catch(this.needs.onFault);
  }

  private lookAt(ids: readonly string[]): Promise<void> {
    const asked = ids.flatMap((id) => this.here.get(id) ?? []);
    if (asked.length === 0) return Promise.resolve();
    this.looking = this.looking.then(() => this.compare(asked)).catch(this.needs.onFault);
    return this.looking;
  }

  private async compare(asked: readonly Connection[]): Promise<void> {
    const rows = new Map((await this.needs.rows.look(asked.map(({ id }) => id))).map((row) => [row.id, row]));
    for (const { id, connectionId, tokenHash } of asked) {
      if (this.here.get(id)?.connectionId !== connectionId) continue;
      const row = rows.get(id);
      if (row?.tokenHash !== tokenHash) this.end(id, 'TOKEN_INVALID', 'The token was revoked or replaced: connect with the new one');
      else if (row.connectionId !== null && row.connectionId !== connectionId) this.end(id, 'REPLACED', REPLACED);
    }
  }
}
