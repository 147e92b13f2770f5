import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Authenticator } from '../../src/gateway/auth/authenticator.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { ScopeGuard } from '../../src/gateway/http/scope.guard.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { EventDesk } from '../../src/groups/events/event-desk.js';
import { Events, type StoredEvent } from '../../src/groups/events/event.js';
import { GroupStore } from '../../src/groups/group-store.js';
import { GroupAccounts, type GroupAccount, type NewGroupAccount } from '../../src/groups/management/group-accounts.js';
import { ManagementModule } from '../../src/groups/management/management.module.js';
import { Revoked } from '../../src/groups/management/revoked.js';
import { TriggerConfigs, TriggersChanged } from '../../src/groups/management/trigger-configs.js';
import { Market } from '../../src/market/market.js';
import { SymbolIndex } from '../../src/market/symbol-index.js';
import { CodedError } from '../../src/model/codes.js';
import type { PriceUpdate } from '../../src/model/price-update.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import type { TriggerKind } from '../../src/model/wire/groups.js';
import { DATABASE } from '../../src/storage/storage.module.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import type { FreshDatabase } from './databases.js';
import { instrumentOf } from './hand-feed.js';
import { roomNode } from './room-node.js';
import { SECRET } from './tokens.js';

@Module({})
class Shared {}

/** Accounts in memory, as the directory of trading has them: an id is given once. */
class ListedAccounts extends GroupAccounts {
  readonly made: NewGroupAccount[] = [];
  readonly byId = new Map<string, GroupAccount>([
    ['main', { mode: 'spot', currency: 'USD', maxLeverage: 1 }], ['perp', { mode: 'perpetual', currency: 'USDT', maxLeverage: 5 }],
  ]);

  find(id: string): GroupAccount | null {
    return this.byId.get(id) ?? null;
  }

  create(account: NewGroupAccount): Promise<void> {
    if (this.byId.has(account.id)) return Promise.reject(new CodedError('IDEMPOTENCY_CONFLICT', `There is an account ${account.id} already`));
    this.byId.set(account.id, account);
    this.made.push(account);
    return Promise.resolve();
  }
}

/** Wants `targets`; adds a priority. */
class CheckedConfigs extends TriggerConfigs {
  check(kind: TriggerKind, config: unknown): { config: object; flaws: { path: string; message: string }[] } {
    const given = config as { targets?: unknown };
    return { config: { priority: 5, ...given }, flaws: kind === 'external' || Array.isArray(given.targets) ? [] : [{ path: 'config.targets', message: 'must be a list' }] };
  }
}

const PRICE: PriceUpdate = { symbol: 'BTCUSDT', price: 50_000, volume: 1, change_pct: 1.5, source: 'simulated', timestamp: '2026-01-05T12:00:00.000Z' };

class HandMarket {
  readonly prices = new Map<string, PriceUpdate>([['BTCUSDT', PRICE]]);
  private readonly known = new SymbolIndex<ReturnType<typeof instrumentOf>>();

  constructor() {
    for (const instrument of [instrumentOf('BTCUSDT', { currency: 'USDT', tickSize: 0.1 }), instrumentOf('BTC/EUR', { currency: 'EUR' }), instrumentOf('AAPL', { assetClass: 'equity' })]) this.known.add(instrument.symbol, instrument);
  }

  instrument(symbol: string): ReturnType<typeof instrumentOf> {
    return this.known.get(symbol);
  }

  lastPrice(symbol: string): PriceUpdate | null {
    return this.prices.get(this.instrument(symbol).symbol) ?? null;
  }
}

export interface ManagementNode {
  readonly url: string;
  readonly accounts: ListedAccounts;
  readonly market: HandMarket;
  /** `group <id>` */
  readonly revoked: string[];
  /** Times that those who run triggers were told to look. */
  readonly looks: { readonly count: number };
  /** Went out to groups, in order. */
  readonly dispatched: StoredEvent[];
  get<T>(cls: abstract new (...needs: never[]) => T): T;
  stop(): Promise<void>;
}

/** The management of groups as the server has it, on a real database and a free port. */
export async function managementNode(database: FreshDatabase, { required = false } = {}): Promise<ManagementNode> {
  const { writer } = roomNode(database);
  const looks = { count: 0 };
  const [accounts, market, revoked, dispatched] = [new ListedAccounts(), new HandMarket(), [] as string[], [] as StoredEvent[]];
  const groups = new GroupStore(database.kysely);
  const desk = new EventDesk({ db: database.kysely, groups, writer, dispatch: (event) => dispatched.push(event) });
  const values: [unknown, unknown][] = [
    [DATABASE, database], [GroupStore, groups], [Events, desk], [RoomWriter, writer], [Market, market], [GroupAccounts, accounts], [TriggerConfigs, new CheckedConfigs()],
    [Revoked, { revoked: (kind: string, id: string) => revoked.push(`${kind} ${id}`) }], [TriggersChanged, { changed: () => { looks.count += 1; } }],
  ];
  const provided = values.map(([provide, useValue]) => ({ provide: provide as typeof GroupStore, useValue }));
  const shared = { module: Shared, providers: provided, exports: provided.map(({ provide }) => provide) };
  const app = await NestFactory.create(ManagementModule.of([shared], []), { logger: false });
  app.useGlobalFilters(new ProblemFilter(isUnavailable, { error: (about) => process.stderr.write(`${String((about as { err?: Error }).err?.stack)}\n`) }));
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalGuards(new ScopeGuard(new Authenticator({ required, jwtSecret: SECRET, jwksUrl: null, audience: null, issuer: null }), null));
  await app.listen(0, '127.0.0.1');
  return {
    looks, url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`, accounts, market, revoked, dispatched,
    get: (cls) => app.get(cls as never), stop: () => app.close(),
  };
}
