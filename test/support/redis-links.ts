import { openRedis, type RedisLink } from '../../src/storage/redis.js';

export interface OpenedLink {
  readonly link: RedisLink;
  /** All that it reported, in order: `lost: …`, `back`, `fault: …`. */
  readonly reports: string[];
}

/** A node's connections to a Redis of the test's own. */
export async function openedLink(url: string): Promise<OpenedLink> {
  const reports: string[] = [];
  const link = await openRedis(url, {
    onLost: ({ message }) => void reports.push(`lost: ${message}`),
    onBack: () => void reports.push('back'),
    onFault: ({ message, cause }) => void reports.push(`fault: ${message} ${String(cause)}`),
  });
  return { link, reports };
}
