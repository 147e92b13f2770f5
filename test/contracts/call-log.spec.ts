import { freshPostgres, freshSqlite } from '../support/databases.js';
import { callLogContract } from './call-log.contract.js';

callLogContract('sqlite', () => freshSqlite());
callLogContract('postgres', () => freshPostgres());
