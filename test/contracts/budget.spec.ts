import { freshPostgres, freshSqlite } from '../support/databases.js';
import { budgetContract } from './budget.contract.js';

budgetContract('sqlite', 2, () => freshSqlite());
budgetContract('postgres, from three connections', 3, () => freshPostgres({ redisUrl: 'redis://shared' }));
