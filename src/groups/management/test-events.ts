import type { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import type { Events, Published } from '../events/event.js';
import type { GroupStore } from '../group-store.js';
import { notFound } from './refusals.js';
import { testEvent, type Preset } from './test-presets.js';

/** Events that are made up, to see whether a group works. */
export class TestEvents {
  constructor(private readonly groups: GroupStore, private readonly events: Events, private readonly market: Pick<Market, 'instrument' | 'lastPrice'>) {}

  /** @throws CodedError NOT_FOUND, NOT_READY where its symbol has no price yet */
  async send(group: string, preset: Preset, priority: number): Promise<Published> {
    const row = await this.groups.row(group);
    if (!row) throw notFound('group', group, 'GET /api/groups lists them');
    const last = this.market.lastPrice(row.symbol);
    if (!last) throw new CodedError('NOT_READY', `There is no price of ${row.symbol} yet: ask again after its first price_update`);
    const { title, payload, tags } = testEvent(preset, { last, interval: row.interval, tickSize: this.market.instrument(row.symbol).tickSize });
    return this.events.publish({
      key: null, eventType: 'immediate', origin: 'server', sourceId: 'conclave', originId: null, priority, targets: [row.name],
      title, payload: JSON.stringify(payload), tags, condition: null, correlationId: null,
    });
  }
}
