import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { anIntent, T0 } from '../../../test/support/approval-node.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { MemoryExchange } from '../../../test/support/memory-channels.js';
import { roomNode } from '../../../test/support/room-node.js';
import { until } from '../../../test/support/until.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import { decimal } from '../../model/decimal.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { CLUSTER } from '../../storage/cluster.module.js';
import { DATABASE } from '../../storage/storage.module.js';
import { PASS } from '../risk/gate.js';
import { ApprovalsModule } from './approvals.module.js';
import { Approvals } from './approvals.js';
import type { ApprovalPorts } from './ports.js';

@Module({})
class World {}

describe('ApprovalsModule', () => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await freshSqlite(); });
  afterAll(() => db.drop());

  const ports: ApprovalPorts = { holds: () => true, stateOf: () => 'ACTIVE', check: async () => PASS, execute: async () => ({ status: 'submitted', gate: null }), ending: async () => null };
  const node = async (exchange: MemoryExchange): Promise<{ approvals: Approvals; stop: () => Promise<void> }> => {
    const lastPrice = (symbol: string): object | null => {
      if (symbol === 'GONE') throw new CodedError('UNKNOWN_SYMBOL', 'No feed knows GONE');
      return symbol === 'AAPL' ? { price: 102 } : null;
    };
    const world: DynamicModule = {
      module: World,
      providers: [
        { provide: CONFIG, useValue: { trading: { approval: { policies: [], expiresMs: 1000, maxDrift: 0.01 } } } }, { provide: DATABASE, useValue: db }, { provide: LOG, useValue: console },
        { provide: RoomWriter, useValue: roomNode(db).writer }, { provide: Market, useValue: { now: () => T0, lastPrice } }, { provide: CLUSTER, useValue: { channels: exchange.join() } },
      ],
      exports: [CONFIG, DATABASE, LOG, RoomWriter, Market, CLUSTER],
    };
    const app = await NestFactory.createApplicationContext(ApprovalsModule.of(world), { logger: false });
    const approvals = app.get(Approvals);
    approvals.bind(ports);
    return { approvals, stop: () => app.close() };
  };

  it('hears at once what another node has changed', async () => {
    const channels = new MemoryExchange();
    const [one, other] = [await node(channels), await node(channels)];
    const asked = one.approvals.ask({ decisionId: 'd', accountId: 'main', symbol: 'AAPL', intent: anIntent(), price: decimal(100), needed: 1, at: T0 });
    await db.kysely.transaction().execute((tx) => asked.store(tx));
    asked.stored();
    await other.approvals.refresh();
    const { hash } = await one.approvals.find(asked.approvalId);
    await one.approvals.decide(asked.approvalId, { decision: 'reject', hash, subject: 'ann' });
    await until(() => other.approvals.waiting('main').length === 0);
    expect(one.approvals.drift(await one.approvals.find(asked.approvalId))).toBe(0.02);
    await one.stop();
    await other.stop();
  });

  it('knows no price of a symbol that an earlier configuration had', async () => {
    const { approvals, stop } = await node(new MemoryExchange());
    const of = { price: decimal(100) } as Parameters<Approvals['drift']>[0];
    expect([approvals.drift({ ...of, symbol: 'GONE' }), approvals.drift({ ...of, symbol: 'NVDA' }), approvals.drift({ ...of, symbol: 'AAPL' })]).toEqual([null, null, 0.02]);
    await stop();
  });
});
