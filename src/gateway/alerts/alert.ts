import type { NewMessage } from '../../rooms/message.js';
import { clientRoom } from '../../rooms/names.js';
import type { FieldValue, When } from './condition.js';

export const EVERY_SYMBOL = '*';

/** A condition that a client wants to hear of. */
export interface Alert {
  readonly alertId: string;
  /** Subject of the client. */
  readonly owner: string;
  /** In its one spelling, or `*`. */
  readonly symbol: string;
  readonly when: When;
  /** Gone once it has fired. */
  readonly once: boolean;
  /** Wall time, epoch milliseconds. */
  readonly createdAt: number;
}

/** An alert that fires. */
export interface Firing {
  readonly alert: Alert;
  readonly symbol: string;
  readonly value: FieldValue;
  /** Market time, epoch milliseconds. */
  readonly at: number;
  /** Of the signal that it is about; undefined for a price. */
  readonly signalId?: string | undefined;
}

/** As answers show it. */
export const alertOnWire = ({ alertId, symbol, when, once, createdAt }: Alert): Record<string, unknown> => ({
  alert_id: alertId, symbol, when, once, created_at: new Date(createdAt).toISOString(),
});

/** `alert` in the owner's room. Its id is a function of the alert and of the tick or signal, so that saying it again adds nothing. */
export function alertMessage({ alert, symbol, value, at, signalId }: Firing): NewMessage {
  const { alertId, owner, when } = alert;
  return {
    room: clientRoom(owner),
    messageId: `alert:${alertId}:${signalId ?? `${symbol}:${at}`}`,
    type: 'alert',
    body: JSON.stringify({ alert_id: alertId, symbol, when, value, signal_id: signalId, timestamp: new Date(at).toISOString() }),
    marketTime: at,
  };
}
