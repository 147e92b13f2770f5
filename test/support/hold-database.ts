// Opens the SQLite database in the folder given, stores a room, says `holding`, and stays until it is ended.
import { openDatabase } from '../../src/storage/database.js';

const { kysely } = await openDatabase({ dataDir: process.argv[2]!, databaseUrl: null });
await kysely.insertInto('rooms').values({ room: 'symbol:HELD', epoch: 'e', head: 7 }).execute();
console.log('holding');
setInterval(() => {}, 60_000);
