import type { Config } from '../../config/config.js';
import type { Hub } from '../../rooms/hub.js';
import type { Session } from './session.js';

const POSITION_EVERY_MS = 30_000;

/** Every session of this node: who is here, who still lives, and the counts that operators read. */
export class Sessions {
  private readonly all = new Set<Session>();
  private readonly timers: NodeJS.Timeout[] = [];
  private sentByGone = 0;
  /** Since the start of the process. */
  total = 0;
  /** Connections that the server ended, by code. */
  readonly dropped: Record<string, number> = {};

  constructor(private readonly limits: Config['limits'], private readonly hub: Hub) {}

  start(): void {
    const heartbeat = Math.max(50, Math.min(1000, this.limits.heartbeatIntervalMs / 4));
    this.timers.push(setInterval(() => this.checkLife(), heartbeat), setInterval(() => this.tellPositions(), POSITION_EVERY_MS));
    for (const timer of this.timers) timer.unref();
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  add(session: Session): void {
    this.all.add(session);
    this.total += 1;
    session.onClose(() => {
      this.all.delete(session);
      this.sentByGone += session.outbox.sent;
      const code = session.endedWith;
      if (code) this.dropped[code] = (this.dropped[code] ?? 0) + 1;
    });
  }

  get active(): number {
    return this.all.size;
  }

  get messagesSent(): number {
    let sent = this.sentByGone;
    for (const session of this.all) sent += session.outbox.sent;
    return sent;
  }

  /** Ends all, spread over `spreadMs` so that they do not all come back at once. */
  async drain(spreadMs: number): Promise<void> {
    const open = [...this.all];
    const end = (session: Session): void => session.end('DRAINING', 'This node is shutting down: connect again after a moment');
    await Promise.all(open.map((session, at) => new Promise<void>((resolve) => {
      setTimeout(() => { end(session); resolve(); }, (at / open.length) * spreadMs);
    })));
  }

  private checkLife(): void {
    const now = performance.now();
    const { heartbeatIntervalMs, heartbeatTimeoutMs } = this.limits;
    for (const session of this.all) {
      if (now - session.lastHeard >= heartbeatTimeoutMs) {
        session.end('HEARTBEAT_TIMEOUT', `Nothing was heard for ${heartbeatTimeoutMs / 1000} s: connect again and resume`);
      } else if (now - session.lastPing >= heartbeatIntervalMs) {
        session.lastPing = now;
        session.transport.ping();
      }
    }
  }

  private tellPositions(): void {
    for (const member of this.hub.members()) member.tellPosition();
  }
}
