import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { STEPS } from '../../model/opinion.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { AnalystTokens } from './analyst-tokens.js';
import { AnalystTokensController } from './analyst-tokens.controller.js';
import { RemoteSeats } from './remote-seats.js';
import { RemoteVotes } from './remote-votes.js';
import { Revocations } from './revocations.js';
import { SharedSeats } from './shared-seats.js';

/** Injects `SharedSeats | null`; null: this node is alone. */
export const SHARED_SEATS = Symbol('SharedSeats');
const clock = (): number => performance.now();

const providers: Provider[] = [
  {
    provide: AnalystTokens,
    inject: [CONFIG, DATABASE],
    useFactory: ({ panel }: Config, { kysely }: Database) => new AnalystTokens(kysely, new Set([...panel.seats, ...panel.empty].map(({ id }) => id).concat(STEPS))),
  },
  { provide: RemoteVotes, inject: [DATABASE, LOG], useFactory: ({ kysely }: Database, to: Log) => new RemoteVotes(kysely, (error) => to.warn({ err: error }, 'Votes of remote analysts could not be kept; it is tried again')) },
  { provide: RemoteSeats, inject: [RemoteVotes], useFactory: (votes: RemoteVotes) => new RemoteSeats(votes, clock) },
  { provide: SHARED_SEATS, inject: [RemoteSeats, CLUSTER], useFactory: (seats: RemoteSeats, cluster: Cluster | null) => cluster && new SharedSeats(seats, cluster.channels, cluster.node, clock) },
  {
    provide: Revocations,
    inject: [RemoteSeats, SHARED_SEATS, AnalystTokens, LOG],
    useFactory: (seats: RemoteSeats, shared: SharedSeats | null, tokens: AnalystTokens, to: Log) =>
      new Revocations(seats, shared, tokens, (error) => to.warn({ err: error }, 'Whether tokens of analysts were revoked could not be looked up; it is tried again')),
  },
];

@Module({})
export class RemoteModule {
  static of(configuration: DynamicModule, storage: DynamicModule, cluster: DynamicModule): DynamicModule {
    return {
      module: RemoteModule, imports: [configuration, storage, cluster], controllers: [AnalystTokensController], providers,
      exports: [AnalystTokens, RemoteSeats, RemoteVotes, Revocations, SHARED_SEATS],
    };
  }
}
