/** A node says every so often who is connected to it. */
export const SAID_EVERY_MS = 2000;
const FORGOTTEN_AFTER_MS = 3 * SAID_EVERY_MS;

/** Somebody is connected with the row's token, on a node that is alive. */
export const isConnected = ({ connection_id: connection, seen_at: seenAt }: { readonly connection_id: string | null; readonly seen_at: number | null }): boolean =>
  connection !== null && seenAt !== null && Date.now() - seenAt < FORGOTTEN_AFTER_MS;
