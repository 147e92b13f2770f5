import type { Kysely, Migration } from 'kysely';

/** Lists of orders and decisions over all accounts, newest first, also of one symbol: without these each reads and sorts the whole table. */
export const tradingLists = (): Migration => ({
  async up(db: Kysely<unknown>) {
    await db.schema.createIndex('orders_by_time').on('orders').columns(['at', 'order_id']).execute();
    await db.schema.createIndex('orders_by_symbol').on('orders').columns(['symbol', 'at', 'order_id']).execute();
    await db.schema.createIndex('decisions_by_time').on('decisions').columns(['as_of', 'decision_id']).execute();
    await db.schema.createIndex('decisions_by_symbol').on('decisions').columns(['symbol', 'as_of', 'decision_id']).execute();
  },
});
