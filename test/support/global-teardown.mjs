export default async function globalTeardown() {
  await globalThis.conclavePostgres?.remove();
}
