import type { Migration } from 'kysely';
import { roomsRunsSignals } from './0001-rooms-runs-signals.js';
import { historyAlerts } from './0002-history-alerts.js';
import { leases } from './0003-leases.js';
import { panel } from './0004-panel.js';
import { trading } from './0005-trading.js';
import { storedAccounts } from './0006-stored-accounts.js';
import { groups } from './0007-groups.js';
import { tradingLists } from './0008-trading-lists.js';
import type { SqlDialect } from './columns.js';

/** In the order of their names. One that has been released is never changed: add the next. */
export const migrations = (dialect: SqlDialect): Record<string, Migration> => ({
  '0001-rooms-runs-signals': roomsRunsSignals(dialect),
  '0002-history-alerts': historyAlerts(dialect),
  '0003-leases': leases(dialect),
  '0004-panel': panel(dialect),
  '0005-trading': trading(dialect),
  '0006-stored-accounts': storedAccounts(dialect),
  '0007-groups': groups(dialect),
  '0008-trading-lists': tradingLists(),
});
