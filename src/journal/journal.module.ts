import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Database } from '../storage/database.js';
import { Outage } from '../storage/outage.js';
import { DATABASE } from '../storage/storage.module.js';
import { isUnavailable } from '../storage/unavailable.js';
import { AiLogsController } from './ai-logs.controller.js';
import { Budget } from './budget.js';
import { SqlBudget } from './budget.sql.js';
import { BudgetBook } from './budget-book.js';
import { CallLog } from './call-log.js';
import { SqlCallLog } from './call-log.sql.js';
import { CostLedger } from './costs.js';
import { CostsController } from './costs.controller.js';
import { ModelLogs } from './model-logs.js';
import { RunInputs } from './run-inputs.js';
import { RunInputsController } from './run-inputs.controller.js';

/** What stands for a key where none was given is none. */
const NO_KEY = 'none';
const now = (): number => Date.now();

const secretsOf = ({ models, auth }: Config): string[] =>
  [...models.providers.map(({ apiKey }) => apiKey), auth.jwtSecret].filter((secret): secret is string => secret !== null && secret !== NO_KEY);

const providers: Provider[] = [
  {
    provide: SqlCallLog,
    inject: [CONFIG, DATABASE, LOG],
    useFactory: (config: Config, { kysely }: Database, to: Log) => new SqlCallLog({
      db: kysely, isUnavailable, secrets: secretsOf(config),
      outage: new Outage(
        (error) => to.error({ err: error }, 'The decision log cannot be written: calls wait for the database'),
        () => to.info('The decision log can be written again'),
      ),
      onFault: (error) => to.error({ err: error }, 'A model call could not be stored'),
    }),
  },
  { provide: CallLog, useExisting: SqlCallLog },
  { provide: BudgetBook, inject: [DATABASE], useFactory: ({ kysely }: Database) => new BudgetBook(kysely) },
  {
    provide: Budget,
    inject: [CONFIG, BudgetBook, LOG],
    useFactory: ({ models: { budgets } }: Config, book: BudgetBook, to: Log) => new SqlBudget({
      book, limits: budgets, clock: now, isUnavailable, onFault: (error) => to.error({ err: error }, 'What a model call did not cost could not be given back: it stays booked'),
    }),
  },
  {
    provide: CostLedger,
    inject: [CONFIG, DATABASE, BudgetBook],
    useFactory: ({ models: { budgets } }: Config, { kysely }: Database, book: BudgetBook) => new CostLedger(kysely, book, budgets, now),
  },
  { provide: ModelLogs, inject: [DATABASE], useFactory: ({ kysely }: Database) => new ModelLogs(kysely) },
  { provide: RunInputs, inject: [DATABASE], useFactory: ({ kysely }: Database) => new RunInputs(kysely) },
];

@Module({})
export class JournalModule {
  static of(configuration: DynamicModule, storage: DynamicModule): DynamicModule {
    return {
      module: JournalModule, imports: [configuration, storage], controllers: [AiLogsController, CostsController, RunInputsController], providers,
      exports: [CallLog, SqlCallLog, Budget, CostLedger, RunInputs],
    };
  }
}
