import { once } from 'node:events';
import WebSocket from 'ws';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Frame = { readonly type: string; readonly id?: string; readonly ok?: boolean; readonly data?: any; readonly message?: string };

/** A remote analyst that does what its test says with each request. */
export class AnalystClient {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | null = null;
  onRequest: (request: { run_id: string; deadline: string; view: Record<string, unknown> }, client: AnalystClient) => void = () => undefined;
  private waiters: (() => void)[] = [];

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      this.frames.push(frame);
      if (frame.type === 'analysis_request') this.onRequest(frame.data as never, this);
      this.wake();
    });
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.wake();
    });
    ws.on('error', () => undefined);
  }

  /** Resolves when it has its seat, or is closed. */
  static async connect(ws: string, token: string | null, headers: Record<string, string> = {}): Promise<AnalystClient> {
    const client = new AnalystClient(new WebSocket(`${ws}/ws/analysts${token === null ? '' : `?analyst_token=${token}`}`, { headers }));
    await once(client.ws, 'open');
    await client.until(() => client.closed !== null || client.frames.some(({ type }) => type === 'ack'));
    return client;
  }

  send(frame: unknown): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  vote(runId: string, fields: Record<string, unknown>): void {
    this.send({ type: 'opinion', data: { run_id: runId, reasoning: 'so it is', ...fields } });
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
