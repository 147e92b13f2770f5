import type { AccountStore } from './account-store.js';
import type { ApprovalPorts } from './approvals/ports.js';
import { decisionMessage } from './decision-message.js';
import type { Desks } from './desks.js';
import { changeOf } from './order-words.js';
import type { States } from './states.js';

/** What approvals want of the desks. */
export const approvalPorts = (desks: Desks, states: States, store: AccountStore): ApprovalPorts => ({
  holds: (accountId) => desks.holds(accountId),
  stateOf: (accountId) => states.effective(accountId).state,
  check: async (decisionId, intent, waiting) => {
    const row = await store.decision(decisionId);
    if (!row) throw new Error(`There is no decision ${decisionId}`);
    return desks.check(intent.accountId, intent, waiting, { confidence: row.confidence, origin: row.origin });
  },
  execute: (accountId, decisionId, intent) => desks.execute(accountId, decisionId, intent),
  ending: async (decisionId, status, gate) => {
    const row = await store.decision(decisionId);
    if (!row || row.order_id !== null) return null;
    const ended = { ...row, status, gate: JSON.stringify(gate), updated_at: desks.now() };
    return {
      store: (tx) => store.updateDecision(tx, decisionId, { status, gate: ended.gate, updated_at: ended.updated_at }), messages: [decisionMessage(ended)],
      stored: () => desks.changed(changeOf(ended, null)),
    };
  },
});
