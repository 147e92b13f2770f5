import { startPostgres } from './postgres-server.mjs';

/** One PostgreSQL for the whole run (half a second); each test makes its own database in it (`databases.ts`). */
export default async function globalSetup() {
  const server = await startPostgres();
  globalThis.conclavePostgres = server;
  process.env.CONCLAVE_TEST_POSTGRES = server.url;
}
