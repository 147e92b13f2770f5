const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * May a page of this origin talk to us? A missing Origin is accepted, as only browsers send one.
 * With a list: exact matches. Without (null): the page's host and port are ours (`Host`), or it is local, at any port.
 */
export const originAllowed = (
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[] | null,
): boolean => {
  if (origin === undefined) return true;
  if (allowed) return origin !== 'null' && allowed.includes(origin);
  const page = URL.canParse(origin) ? new URL(origin) : null;
  // sandboxed frames and files have no host; extensions and the like are other schemes
  if (!page || !/^https?:$/.test(page.protocol)) return false;
  return LOCAL_HOSTS.has(page.hostname) || sameHost(page, host);
};

/** Compares with the default port of the page's scheme filled in on both sides. */
const sameHost = (page: URL, host: string | undefined): boolean => {
  const own = `${page.protocol}//${host ?? ''}`;
  return host !== undefined && URL.canParse(own) && new URL(own).host === page.host;
};
