import { describe } from '@jest/globals';
import { freshPostgres, freshSqlite } from '../support/databases.js';
import { MemoryExchange } from '../support/memory-channels.js';
import { groupEvents, groupEventsOnTwoNodes } from './group-events.contract.js';

groupEvents('SQLite', freshSqlite);
groupEvents('PostgreSQL', freshPostgres);

describe('with words between them', () => {
  const exchange = new MemoryExchange();
  groupEventsOnTwoNodes(() => freshPostgres({ redisUrl: 'redis://elsewhere' }), () => [exchange.join(), exchange.join()]);
});

describe('where every word is lost', () => {
  const cutOff = () => Object.assign(new MemoryExchange().join(), { away: true });
  groupEventsOnTwoNodes(() => freshPostgres({ redisUrl: 'redis://elsewhere' }), () => [cutOff(), cutOff()]);
});
