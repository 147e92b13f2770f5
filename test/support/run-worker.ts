// A worker in a process of its own, which never ends a run: DATABASE_URL, REDIS_URL, PREFIX. It says `begun` when it has one.
import { openDatabase } from '../../src/storage/database.js';
import { runNode } from './run-node.js';

const { DATABASE_URL, REDIS_URL, PREFIX } = process.env;
const database = await openDatabase({ dataDir: '', databaseUrl: DATABASE_URL!, redisUrl: REDIS_URL! });
await runNode({
  database, redisUrl: REDIS_URL!, prefix: PREFIX!,
  opine: (id) => {
    if (id === 'a') return { signal: 'SELL', confidence: 0.8, reasoning: ['said by the first worker'] };
    if (id === 'c') setTimeout(() => console.log('begun'), 100); // a's vote is stored by then, or soon
    return new Promise(() => {});
  },
});
console.log('ready');
