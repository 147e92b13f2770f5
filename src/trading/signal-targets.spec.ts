import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CodedError } from '../model/codes.js';
import { Deposed } from '../storage/leases.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { roomNode, type RoomNode } from '../../test/support/room-node.js';
import { accountOf } from '../../test/support/trading-world.js';
import { proposal, type Proposal } from './proposal.js';
import { SignalTargets } from './signal-targets.js';

const NOW = Date.UTC(2026, 0, 5, 15);

let db: FreshDatabase;
let room: RoomNode;
let asked: Proposal[];
let heard: string[];
let faults: unknown[];
let held: boolean;
let answer: () => Promise<never> | Promise<unknown>;

beforeEach(async () => {
  db = await freshSqlite();
  room = roomNode(db);
  [asked, heard, faults, held] = [[], [], [], true];
});
afterEach(() => db.drop());

const targets = (): SignalTargets => new SignalTargets({
  db: db.kysely, writer: room.writer, followers: [accountOf('main')], isHeld: () => held, onSignal: ({ signalId }) => void heard.push(signalId), onFault: (error) => faults.push(error),
  trading: {
    now: () => NOW, holds: () => held,
    propose: async (wanted) => {
      asked.push(wanted);
      await answer();
      return { decisionId: 'd', proposal: proposal(wanted), intent: null, status: null, gate: null, orderId: null, approvalId: null, duplicate: false };
    },
  },
});

async function signal(id: string): Promise<void> {
  await db.kysely.insertInto('signals').values({
    signal_id: id, run_id: id, symbol: 'BTCUSDT', interval: '1m', depth: 'fast', source: 'replay', view: '{}', opinions: '[]', action: 'BUY', confidence: 0.9, price: 100, timestamp: NOW - 1000, valid_until: NOW + 60_000, created_at: NOW, considered_at: null,
    body: JSON.stringify({ probability: null }),
  }).execute();
}
const considered = async (): Promise<boolean> => {
  await room.writer.idle();
  return (await db.kysely.selectFrom('signals').select('considered_at').executeTakeFirstOrThrow()).considered_at !== null;
};

describe('a signal whose target could not be stored', () => {
  it.each<[string, () => Error]>([
    ['another node trades by now', () => new Deposed({ lease: 'trading', term: 1 }, 2)],
    ['the database is away', () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['the broker does not answer', () => new CodedError('NOT_READY', 'try again')],
  ])('is considered again: %s', async (_name, error) => {
    await signal('one');
    const each = targets();
    answer = async () => { throw error(); };
    await each.consider();
    expect(await considered()).toBe(false);
    expect(heard).toEqual([]);
    answer = async () => undefined;
    await each.consider();
    expect(await considered()).toBe(true);
    expect(asked.map(({ key }) => key)).toEqual(['signal:one', 'signal:one']);
    expect(heard).toEqual(['one']);
  });

  it('is left to the node that trades from now on, where this one stops in the middle of several', async () => {
    await signal('one');
    await signal('two');
    answer = async () => { held = false; };
    await targets().consider();
    expect(heard).toEqual(['one']);
    await room.writer.idle();
    expect(await db.kysely.selectFrom('signals').select('signal_id').where('considered_at', 'is', null).execute()).toEqual([{ signal_id: 'two' }]);
  });

  it('what fails for good is reported once', async () => {
    await signal('one');
    answer = async () => { throw new Error('a fault of ours'); };
    await targets().consider();
    expect(await considered()).toBe(true);
    expect(faults).toHaveLength(1);
  });
});
