import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { withPresentStatus } from './present-status.js';

let db: FreshDatabase;
beforeAll(async () => void (db = await freshSqlite()));
afterAll(() => db.drop());

test('a decision of a cycle says what became of it since, and one without a decision at the desk what it said', async () => {
  await db.kysely.insertInto('decisions').values({
    decision_id: 'd-1', decision_key: 'agent:trend:1:BTCUSDT', account_id: 'trend', symbol: 'BTCUSDT', origin: 'agent', origin_id: 'trend', signal_id: null, correlation_id: null,
    status: 'filled', as_of: 1, updated_at: 2, order_id: 'o-1', approval_id: null, confidence: 0.7, price: '100', intent: null, exit_at: null, gate: null, reason: 'it rises',
  }).execute();
  const cycle = (decisions: unknown) => ({ agent_id: 'trend', cycle: 1, as_of: 1, status: 'done', decided_by: 'rules', reasoning: '', decisions: JSON.stringify(decisions), inputs: null, error: null });
  const rows = [cycle([{ symbol: 'BTCUSDT', decision_id: 'd-1', status: 'submitted' }, { symbol: 'ETHUSDT', status: 'failed' }]), cycle([])];
  const now = await withPresentStatus(db.kysely, rows);
  expect(now.map(({ decisions }) => JSON.parse(decisions) as unknown)).toEqual([[{ symbol: 'BTCUSDT', decision_id: 'd-1', status: 'filled' }, { symbol: 'ETHUSDT', status: 'failed' }], []]);
});
