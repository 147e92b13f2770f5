import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CodedError } from '../../src/model/codes.js';
import type { Opinion } from '../../src/model/opinion.js';
import type { RunTicket } from '../../src/signals/runs.js';
import type { FreshDatabase } from '../support/databases.js';
import type { RunNode } from '../support/run-node.js';
import { until } from '../support/holds.js';

export interface RunsSetting {
  readonly db: FreshDatabase;
  /** One more node on the same database; where nodes are alone, the contract asks for one at a time. */
  node(opine?: (id: string) => Opinion | Promise<Opinion>): Promise<RunNode>;
  close(): Promise<void>;
}

const REQUEST = { kind: 'request', subject: 'me' } as const;
const BUY: Opinion = { signal: 'BUY', confidence: 0.9, reasoning: ['it does'] };

/** What every way of doing runs must keep. */
export function runsContract(name: string, nodes: number, setting: () => Promise<RunsSetting>): void {
  describe(`runs ${name}`, () => {
    let at: RunsSetting;
    let open: RunNode[] = [];
    beforeAll(async () => { at = await setting(); });
    afterEach(async () => {
      await Promise.all(open.map((node) => node.close()));
      open = [];
      for (const table of ['runs', 'signals', 'room_messages', 'rooms'] as const) await at.db.kysely.deleteFrom(table).execute();
    });
    afterAll(() => at.close());
    const start = async (opine?: (id: string) => Opinion | Promise<Opinion>): Promise<RunNode[]> => {
      for (let count = 0; count < nodes; count++) open.push(await at.node(opine));
      return open;
    };
    const rows = async () => ({
      runs: await at.db.kysely.selectFrom('runs').selectAll().execute(),
      signals: await at.db.kysely.selectFrom('signals').selectAll().execute(),
      said: (await at.db.kysely.selectFrom('room_messages').select('type').execute()).map(({ type }) => type).sort(),
    });

    it('a hundred who ask at once get one run, one signal, and all hear its end', async () => {
      let let_ = (): void => {};
      const asked = new Promise<void>((resolve) => { let_ = resolve; });
      const all = await start(async () => {
        await asked; // no run ends before all have asked
        return BUY;
      });
      const tickets: RunTicket[] = Array.from({ length: 100 }, (_, count) => all[count % all.length]!.runs.request('AAPL', 'fast', REQUEST));
      const stored = await Promise.all(tickets.map((ticket) => ticket.stored));
      expect(new Set(stored.map(({ runId }) => runId)).size).toBe(1);
      expect(stored.filter(({ shared }) => !shared)).toHaveLength(1);
      let_();
      await Promise.all(tickets.map(({ ended }) => ended));
      const { runs, signals, said } = await rows();
      expect(runs).toMatchObject([{ run_id: stored[0]!.runId, status: 'done', attempt: 1 }]);
      expect(signals).toMatchObject([{ run_id: stored[0]!.runId, action: 'BUY' }]);
      expect(said).toEqual(['agent_update', 'agent_update', 'agent_update', 'signal_update']);
      for (const { heard, faults } of all) {
        await until('each node hears it', () => heard.length > 0);
        expect(new Set(heard)).toEqual(new Set([stored[0]!.runId]));
        expect(faults).toEqual([]);
      }
    });

    it('the row is there when the request is answered, the signal when the run has ended', async () => {
      const [node] = await start();
      const ticket = node!.runs.request('AAPL', 'fast', REQUEST);
      const { runId } = await ticket.stored;
      expect((await rows()).runs.map((row) => row.run_id)).toEqual([runId]);
      await ticket.ended;
      const { signals, runs } = await rows();
      expect(runs).toMatchObject([{ status: 'done', signal_id: signals[0]!.signal_id, as_of: signals[0]!.timestamp }]);
    });

    it('symbols and depths do not wait for each other, and what is asked after an end is another run', async () => {
      const [node] = await start();
      const ask = async (symbol: string, depth: 'fast' | 'deep') => (await node!.runs.request(symbol, depth, REQUEST).ended).runId;
      const first = await Promise.all([ask('AAPL', 'fast'), ask('AAPL', 'deep'), ask('BTC/USD', 'fast')]);
      const again = await ask('AAPL', 'fast');
      expect(new Set([...first, again]).size).toBe(4);
      expect((await rows()).signals).toHaveLength(4);
    });

    it('one that fails ends with an alert, and its requester is told', async () => {
      const [node] = await start(() => ({ signal: 'ABSTAIN', confidence: 0, reasoning: [], reason: 'NO_SETUP' }));
      await node!.runs.request('AAPL', 'fast', REQUEST).ended;
      const { runs, signals, said } = await rows();
      expect(runs).toMatchObject([{ status: 'failed', error: expect.stringMatching(/^TOO_FEW_DOMAINS/) }]);
      expect(signals).toEqual([]);
      expect(said.filter((type) => type === 'system_alert')).toHaveLength(2);
    });

    it('a node that shuts down takes no more and ends what it has', async () => {
      let end = (): void => {};
      const held = new Promise<void>((resolve) => { end = resolve; });
      const [node] = await start(async () => {
        await held;
        return BUY;
      });
      const ticket = node!.runs.request('AAPL', 'fast', REQUEST);
      await ticket.stored;
      await until('somebody works on it', () => open.some(({ runs }) => runs.counts.running === 1));
      const drained = Promise.all(open.map(({ runs }) => runs.drain(5000)));
      expect(() => node!.runs.request('BTC/USD', 'fast', REQUEST)).toThrow(CodedError);
      end();
      await drained;
      expect((await rows()).runs).toMatchObject([{ status: 'done' }]);
    });
  });
}
