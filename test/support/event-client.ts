import WebSocket from 'ws';
import { FrameClient } from './frame-client.js';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type EventFrame = Readonly<Record<string, any>>;
type OnFrame = (frame: EventFrame, client: EventClient) => void;

/** A group or a trigger at `/ws/events`. */
export class EventClient extends FrameClient<EventFrame> {
  private constructor(ws: WebSocket, public onFrame: OnFrame) {
    super(ws);
  }

  /** Resolves with its greeting, or when it is closed. `query`: `trading_group_token=…` */
  static connect(ws: string, query: string, onFrame: OnFrame = () => undefined): Promise<EventClient> {
    return new EventClient(new WebSocket(`${ws}/ws/events${query === '' ? '' : `?${query}`}`), onFrame).greeted(() => true);
  }

  static group(ws: string, token: string, onFrame?: OnFrame): Promise<EventClient> {
    return EventClient.connect(ws, `trading_group_token=${token}`, onFrame);
  }

  get events(): readonly EventFrame[] {
    return this.frames.filter(({ type, kind }) => type === 'event' || kind === 'event');
  }

  /** Sends, and resolves with the next answer. */
  async ask(frame: unknown): Promise<EventFrame> {
    const before = this.answers.length;
    this.send(frame);
    await this.until(() => this.closed !== null || this.answers.length > before);
    return this.answers[before] ?? { closed: this.closed };
  }

  /** As a process that is killed: no close frame. */
  kill(): void {
    this.ws.terminate();
  }

  protected heard(frame: EventFrame): void {
    this.onFrame(frame, this);
  }

  private get answers(): readonly EventFrame[] {
    return this.frames.filter(({ type, kind }) => type === 'ack' || kind === 'ack');
  }
}
