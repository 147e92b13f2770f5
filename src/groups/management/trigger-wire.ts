import type { TriggersTable } from '../../storage/groups-schema.js';
import { isConnected } from '../connections/connected.js';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Without what it is let in by. `connected` of those that connect, else null. */
export function triggerShown(row: TriggersTable): Record<string, unknown> {
  const outside = row.kind === 'external';
  const connected = outside && isConnected(row);
  return {
    trigger_id: row.trigger_id, name: row.name, kind: row.kind, config: JSON.parse(row.config) as unknown, enabled: row.enabled === 1,
    connected: outside ? connected : null, connected_since: connected ? iso(row.connected_at) : null, node: connected ? row.node : null,
    ...(row.kind === 'webhook' && { path: `/api/hooks/${row.name}` }),
    last_event_at: iso(row.last_event_at), last_error: row.last_error, created_at: iso(row.created_at),
  };
}
