import type { Market } from '../../market/market.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { Decision, Trading } from '../../trading/trading.js';
import { situationText } from './situation.js';

export interface OpeningsNeeds {
  readonly market: Pick<Market, 'view'>;
  readonly trading: Pick<Trading, 'listen'>;
  readonly writer: Pick<RoomWriter, 'sayLater'>;
  readonly onFault: (error: unknown) => void;
  /** Wall time, epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Keeps the market as it was when a group decided to open: the nearest to its event and its discussion that is on the
 * node that trades, and what a direct bot has too. Nobody waits for it: it goes with the next commit.
 */
export class Openings {
  constructor(private readonly needs: OpeningsNeeds) {
    needs.trading.listen({ decided: (decision) => this.decided(decision) });
  }

  private decided({ decisionId, proposal, intent, status, duplicate }: Decision): void {
    if (proposal?.origin !== 'group' || intent === null || intent.reduceOnly || duplicate || status === 'refused') return;
    const situation = situationText(this.needs.market.view(proposal.symbol));
    if (situation === null) return;
    const row = { decision_id: decisionId, situation, created_at: (this.needs.now ?? Date.now)() };
    this.needs.writer.sayLater({
      store: async (tx) => { await tx.insertInto('group_situations').values(row).onConflict((conflict) => conflict.column('decision_id').doNothing()).execute(); },
    }).catch(this.needs.onFault);
  }
}
