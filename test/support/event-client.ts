import { once } from 'node:events';
import WebSocket from 'ws';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type EventFrame = Readonly<Record<string, any>>;

/** A group or a trigger at `/ws/events`. */
export class EventClient {
  readonly frames: EventFrame[] = [];
  closed: { code: number; reason: string } | null = null;
  onFrame: (frame: EventFrame, client: EventClient) => void = () => undefined;
  private waiters: (() => void)[] = [];

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data)) as EventFrame;
      this.frames.push(frame);
      this.onFrame(frame, this);
      this.wake();
    });
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.wake();
    });
    ws.on('error', () => undefined);
  }

  /** Resolves with its greeting, or when it is closed. `query`: `trading_group_token=…` */
  static async connect(ws: string, query: string, onFrame: (frame: EventFrame, client: EventClient) => void = () => undefined): Promise<EventClient> {
    const client = new EventClient(new WebSocket(`${ws}/ws/events${query === '' ? '' : `?${query}`}`));
    client.onFrame = onFrame;
    await once(client.ws, 'open');
    await client.until(() => client.closed !== null || client.frames.length > 0);
    return client;
  }

  static group(ws: string, token: string, onFrame?: (frame: EventFrame, client: EventClient) => void): Promise<EventClient> {
    return EventClient.connect(ws, `trading_group_token=${token}`, onFrame);
  }

  get events(): readonly EventFrame[] {
    return this.frames.filter(({ type, kind }) => type === 'event' || kind === 'event');
  }

  send(frame: unknown): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Sends, and resolves with the next answer. */
  async ask(frame: unknown): Promise<EventFrame> {
    const before = this.answers.length;
    this.send(frame);
    await this.until(() => this.closed !== null || this.answers.length > before);
    return this.answers[before] ?? { closed: this.closed };
  }

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  async end(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.closed !== null);
    return this.closed!;
  }

  close(): void {
    this.ws.close();
  }

  /** As a process that is killed: no close frame. */
  kill(): void {
    this.ws.terminate();
  }

  private get answers(): readonly EventFrame[] {
    return this.frames.filter(({ type, kind }) => type === 'ack' || kind === 'ack');
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
