import { freshPostgres, freshSqlite } from '../support/databases.js';
import { roomsHistoryContract } from './rooms-history.contract.js';

roomsHistoryContract('sqlite', () => freshSqlite());
roomsHistoryContract('postgres', () => freshPostgres());
