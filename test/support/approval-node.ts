import { decimal } from '../../src/model/decimal.js';
import type { Intent, TradingState } from '../../src/model/trading.js';
import type { GateResult } from '../../src/trading/risk/gate.js';
import { PASS } from '../../src/trading/risk/gate.js';
import { ApprovalStore } from '../../src/trading/approvals/approval-store.js';
import { Approvals } from '../../src/trading/approvals/approvals.js';
import type { ApprovalPorts } from '../../src/trading/approvals/ports.js';
import { intentText } from '../../src/trading/intent-text.js';
import type { Database } from '../../src/storage/database.js';
import { roomNode, type RoomNode } from './room-node.js';

export const T0 = Date.UTC(2026, 0, 5, 15);

export const anIntent = (more: Partial<Intent> = {}): Intent => ({
  accountId: 'main', symbol: 'AAPL', leg: 'net', side: 'buy', quantity: decimal(10), orderType: 'market', limitPrice: null, stopPrice: null, trail: null,
  timeInForce: 'gtc', reduceOnly: false, leverage: 1, exits: null, ...more,
});

/** A market and a desk that a spec moves by hand. Its orders are rows that its executions make. */
export interface DeskWorld {
  now: number;
  price: number | null;
  state: TradingState;
  holds: boolean;
  /** What the gates say of an intent. */
  gate: (intent: Intent) => GateResult;
  /** Before an execution is stored, and after it. */
  before: () => Promise<void>;
  after: () => Promise<void>;
  /** How often the desk was asked to execute. */
  executions: number;
}

export interface ApprovalNode extends RoomNode {
  readonly approvals: Approvals;
  readonly desk: DeskWorld;
  readonly errors: unknown[];
  readonly told: string[];
  /** Asks for it as the desk does; the approval's id. */
  ask(decisionId: string, more?: { intent?: Intent; needed?: number }): Promise<string>;
  decision(decisionId: string): Promise<{ readonly status: string; readonly order_id: string | null; readonly gate: string | null }>;
  /** What was said in the room, as `status` of each. */
  said(): Promise<readonly Record<string, unknown>[]>;
}

export function approvalNode(db: Database, given: Partial<DeskWorld> = {}): ApprovalNode {
  const { kysely } = db;
  const room = roomNode(db);
  const desk: DeskWorld = { now: T0, price: 100, state: 'ACTIVE', holds: true, gate: () => PASS, before: async () => undefined, after: async () => undefined, executions: 0, ...given };
  const errors: unknown[] = [];
  const told: string[] = [];
  const approvals = new Approvals({
    config: { policies: [], expiresMs: 900_000, maxDrift: 0.01 }, store: new ApprovalStore(kysely), writer: room.writer, now: () => desk.now,
    price: () => (desk.price === null ? null : decimal(desk.price)), tell: (id) => told.push(id), onFault: (error) => errors.push(error),
  });
  const decision = (id: string) => kysely.selectFrom('decisions').select(['status', 'order_id', 'gate']).where('decision_id', '=', id).executeTakeFirstOrThrow();
  const ports: ApprovalPorts = {
    holds: () => desk.holds,
    stateOf: () => desk.state,
    check: async (_id, intent) => desk.gate(intent),
    async execute(_account, decisionId, intent) {
      desk.executions += 1;
      await desk.before();
      const checked = desk.gate(intent);
      const done = checked.pass
        ? { status: 'submitted' as const, order_id: `o-${decisionId}`, gate: null }
        : { status: 'refused' as const, order_id: null, gate: JSON.stringify({ code: checked.code, detail: checked.detail, numbers: checked.numbers }) };
      await kysely.updateTable('decisions').set({ ...done, intent: intentText(intent) }).where('decision_id', '=', decisionId).execute();
      await desk.after();
      return { status: done.status, gate: checked.pass ? null : checked };
    },
    async ending(decisionId, status, gate) {
      const row = await decision(decisionId);
      if (row.order_id !== null) return null;
      return {
        store: async (tx) => void await tx.updateTable('decisions').set({ status, gate: JSON.stringify(gate) }).where('decision_id', '=', decisionId).execute(),
        messages: [{ room: 'symbol:AAPL', messageId: `decision:${decisionId}:${status}`, type: 'trading_decision', body: '{}' }],
        stored: async () => undefined,
      };
    },
  };
  approvals.bind(ports);
  return {
    ...room, approvals, desk, errors, told, decision,
    async ask(decisionId, { intent = anIntent(), needed = 1 } = {}) {
      const asked = approvals.ask({ decisionId, accountId: intent.accountId, symbol: intent.symbol, intent, price: decimal(desk.price ?? 100), needed, at: desk.now });
      await room.writer.say({
        store: async (tx) => {
          await tx.insertInto('decisions').values({
            decision_id: decisionId, decision_key: decisionId, account_id: intent.accountId, symbol: intent.symbol, origin: 'person', origin_id: 'p', signal_id: null,
            correlation_id: null, status: 'waiting_approval', as_of: desk.now, updated_at: desk.now, order_id: null, approval_id: asked.approvalId,
            confidence: null, price: null, intent: intentText(intent), gate: null, reason: 'so',
          }).execute();
          await asked.store(tx);
        },
        messages: asked.messages,
      });
      asked.stored();
      return asked.approvalId;
    },
    async said() {
      const rows = await kysely.selectFrom('room_messages').select('body').where('room', '=', 'approvals').orderBy('offset').execute();
      return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    },
  };
}
