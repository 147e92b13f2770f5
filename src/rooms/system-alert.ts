import type { NewMessage } from './message.js';
import { SYSTEM_ROOM, symbolRoom } from './names.js';

export interface SystemAlert {
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
  readonly symbol?: string;
  readonly run_id?: string;
  /** Market time, ISO-8601. */
  readonly timestamp: string;
}

/** The alert for everyone; one about a symbol goes to its room too. `messageId` must be unique for ever. */
export function systemAlert(alert: SystemAlert, messageId: string): readonly NewMessage[] {
  const body = JSON.stringify(alert);
  const marketTime = Date.parse(alert.timestamp);
  const said = (room: string, id: string): NewMessage => ({ room, messageId: id, type: 'system_alert', body, marketTime });
  const forAll = said(SYSTEM_ROOM, `${messageId}:system`);
  return alert.symbol === undefined ? [forAll] : [said(symbolRoom(alert.symbol), messageId), forAll];
}
