import type { ListedTrigger } from '../../model/wire/groups.js';
import type { TriggersTable } from '../../storage/groups-schema.js';
import { isConnected } from '../connections/connected.js';

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

/** Without what it is let in by. `connected` of those that connect, else null. */
export function triggerShown(row: TriggersTable): ListedTrigger {
  const outside = row.kind === 'external';
  const connected = outside && isConnected(row);
  return {
    trigger_id: row.trigger_id, name: row.name, kind: row.kind, config: JSON.parse(row.config) as Record<string, unknown>, enabled: row.enabled === 1,
    connected: outside ? connected : null, connected_since: connected ? isoOrNull(row.connected_at) : null, node: connected ? row.node : null,
    ...(row.kind === 'webhook' && { path: `/api/hooks/${row.name}` }),
    last_event_at: isoOrNull(row.last_event_at), last_error: row.last_error, created_at: iso(row.created_at),
  };
}
