import proxyAddr from 'proxy-addr';
import type { Findings } from './findings.js';
import type { Variables } from './variables.js';

/** The proxies whose X-Forwarded-For is believed: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`. */
export function trustedProxies(variables: Variables, findings: Findings): readonly string[] {
  const proxies = variables.list('TRUST_PROXY') ?? [];
  for (const proxy of proxies) {
    if (!isProxy(proxy)) findings.problem(`TRUST_PROXY has ${proxy}: use addresses (10.0.0.5), networks (10.0.0.0/8), loopback, linklocal or uniquelocal`);
  }
  return proxies;
}

function isProxy(text: string): boolean {
  try {
    proxyAddr.compile([text]);
    return true;
  } catch {
    return false;
  }
}
