import { freshPostgres, freshSqlite } from '../support/databases.js';
import { journalReadsContract } from './journal-reads.contract.js';

journalReadsContract('sqlite', () => freshSqlite());
journalReadsContract('postgres', () => freshPostgres());
