import { freshPostgres, freshSqlite } from '../support/databases.js';
import { roomLogContract } from './room-log.contract.js';

roomLogContract('sqlite', () => freshSqlite());
roomLogContract('postgres', () => freshPostgres());
