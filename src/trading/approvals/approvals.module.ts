import { Inject, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import { decimal, type Decimal } from '../../model/decimal.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { ApprovalStore } from './approval-store.js';
import { Approvals } from './approvals.js';

/** Where nodes tell each other that an approval has changed. */
const CHANNEL = 'approvals';
/** The word may be lost. */
const REFRESH_MS = 1000;

/** Intents that wait for a person. `Approvals.bind` gives it the desks, which are made after it. */
@Module({})
export class ApprovalsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly approvals: Approvals, @Inject(CLUSTER) private readonly cluster: Cluster | null, @Inject(LOG) private readonly log: Log) {}

  /** `imports`: configuration, storage, cluster, rooms, market. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: ApprovalsModule,
      imports: [...imports],
      providers: [{
        provide: Approvals,
        inject: [CONFIG, DATABASE, RoomWriter, Market, CLUSTER, LOG],
        useFactory: ({ trading }: Config, { kysely }: Database, writer: RoomWriter, market: Market, cluster: Cluster | null, log: Log) => new Approvals({
          config: trading.approval, store: new ApprovalStore(kysely), writer, now: () => market.now(), price: (symbol) => priceOf(market, symbol),
          tell: (approvalId) => cluster?.channels.publish(CHANNEL, approvalId),
          onFault: (error) => log.error({ err: error }, 'An approval'),
        }),
      }],
      exports: [Approvals],
    };
  }

  /** What one node changes, the one that trades sees at once; and within a second where the word was lost. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.cluster) return;
    const look = (): void => {
      this.approvals.opened().catch((error: unknown) => this.log.warn({ err: error }, 'Approvals cannot be read; they are read again in a second'));
    };
    await this.cluster.channels.listen(CHANNEL, look);
    this.timer = setInterval(look, REFRESH_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}

/** null also where an earlier configuration knew the symbol. */
function priceOf(market: Market, symbol: string): Decimal | null {
  try {
    const last = market.lastPrice(symbol);
    return last && decimal(last.price);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'UNKNOWN_SYMBOL') return null;
    throw error;
  }
}
