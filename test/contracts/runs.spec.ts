import { freshPostgres, freshSqlite } from '../support/databases.js';
import { startRedis } from '../support/redis.js';
import { freshPrefix, runNode } from '../support/run-node.js';
import { runsContract } from './runs.contract.js';

runsContract('in the process', 1, async () => {
  const db = await freshSqlite();
  return { db, node: (opine) => runNode({ database: db, redisUrl: null, ...(opine && { opine }) }), close: () => db.drop() };
});

runsContract('over BullMQ, on three nodes', 3, async () => {
  const [db, redis] = await Promise.all([freshPostgres({ redisUrl: 'redis://shared' }), startRedis()]);
  const prefix = freshPrefix();
  return {
    db,
    node: (opine) => runNode({ database: db, redisUrl: redis.url, prefix, ...(opine && { opine }) }),
    close: async () => {
      await db.drop();
      await redis.kill();
    },
  };
});
