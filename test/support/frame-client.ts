import { once } from 'node:events';
import WebSocket from 'ws';

/** A program at one of the server's sockets that keeps all that it got, and waits for conditions. */
export abstract class FrameClient<Frame> {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | null = null;
  private waiters: (() => void)[] = [];

  protected constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      this.frames.push(frame);
      this.heard(frame);
      this.wake();
    });
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.wake();
    });
    ws.on('error', () => undefined);
  }

  /** What its test wants done with a frame. */
  protected abstract heard(frame: Frame): void;

  /** Resolves once it is open and has been greeted, or is closed. */
  protected async greeted(isGreeting: (frame: Frame) => boolean): Promise<this> {
    await once(this.ws, 'open');
    await this.until(() => this.closed !== null || this.frames.some(isGreeting));
    return this;
  }

  send(frame: unknown): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
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

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
