import type { WebSocket } from 'ws';
import type { Session } from '../sessions/session.js';

/** The session hears that its client is alive, and that it has gone. */
export function followLife(ws: WebSocket, session: Pick<Session, 'heard' | 'disconnected'>): void {
  ws.on('ping', () => session.heard());
  ws.on('pong', () => session.heard());
  ws.on('close', () => session.disconnected());
  ws.on('error', () => undefined); // 'close' follows, with its code
}
