import WebSocket from 'ws';
import { FrameClient } from './frame-client.js';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Frame = { readonly type: string; readonly id?: string; readonly ok?: boolean; readonly data?: any; readonly message?: string };

/** A remote analyst that does what its test says with each request. */
export class AnalystClient extends FrameClient<Frame> {
  onRequest: (request: { run_id: string; deadline: string; view: Record<string, unknown> }, client: AnalystClient) => void = () => undefined;

  /** Resolves when it has its seat, or is closed. */
  static connect(ws: string, token: string | null, headers: Record<string, string> = {}): Promise<AnalystClient> {
    return new AnalystClient(new WebSocket(`${ws}/ws/analysts${token === null ? '' : `?analyst_token=${token}`}`, { headers })).greeted(({ type }) => type === 'ack');
  }

  vote(runId: string, fields: Record<string, unknown>): void {
    this.send({ type: 'opinion', data: { run_id: runId, reasoning: 'so it is', ...fields } });
  }

  protected heard(frame: Frame): void {
    if (frame.type === 'analysis_request') this.onRequest(frame.data as never, this);
  }
}
