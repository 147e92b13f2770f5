import { freshPostgres, freshSqlite } from '../support/databases.js';
import { storageContract } from './storage.contract.js';

storageContract('sqlite', () => freshSqlite());
storageContract('postgres', () => freshPostgres());
