import type { Market } from '../../market/market.js';
import { command, type Command } from '../commands/command.js';
import type { Visitor } from '../sessions/visitor.js';
import { alertOnWire, EVERY_SYMBOL } from './alert.js';
import { DeleteAlertCommand, ListAlertsCommand, SetAlertCommand } from './alerts.dto.js';
import type { Alerts } from './alerts.js';

export interface AlertCommandNeeds {
  readonly market: Market;
  readonly alerts: Alerts;
}

/** `set_alert`, `list_alerts`, `delete_alert`: each client sees and changes its own. */
export const alertCommands = ({ market, alerts }: AlertCommandNeeds): Readonly<Record<string, Command>> => ({
  set_alert: command(SetAlertCommand, 'read', async (visitor, { symbol, when, once }) => {
    const known = symbol === EVERY_SYMBOL ? symbol : market.instrument(symbol).symbol;
    return { data: alertOnWire(await alerts.set(ownerOf(visitor), known, when, once)) };
  }),

  list_alerts: command(ListAlertsCommand, 'read', (visitor) => ({ data: { alerts: alerts.of(ownerOf(visitor)).map(alertOnWire) } })),

  delete_alert: command(DeleteAlertCommand, 'read', async (visitor, { alert_id: alertId }) => {
    const owner = ownerOf(visitor);
    await alerts.delete(owner, alertId);
    return { data: { alert_id: alertId, alerts: alerts.of(owner).map(alertOnWire) } };
  }),
});

const ownerOf = ({ session }: Visitor): string => session.principal!.subject;
