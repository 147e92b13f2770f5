import type { Config } from './config.js';
import type { Findings } from './findings.js';
import { trustedProxies } from './trusted-proxies.js';
import type { Variables } from './variables.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const HOST = /^[A-Za-z0-9.:%_-]+$/;
const LOOPBACK = /^(localhost|::1|127(\.\d{1,3}){3})$/i;
const MIN_SECRET_BYTES = 32;

type ServerConfig = Pick<Config, 'server' | 'auth' | 'logLevel' | 'compression'>;

/** Who may connect, and where. */
export function serverConfig(variables: Variables, findings: Findings): ServerConfig {
  const host = variables.text('HOST') ?? '127.0.0.1';
  if (!HOST.test(host)) findings.problem(`HOST=${host}: must be an address or a host name without scheme, port or brackets, such as 127.0.0.1`);
  const required = variables.flag('AUTH_REQUIRED');
  if (HOST.test(host) && !LOOPBACK.test(host) && required === null) {
    findings.problem(`HOST=${host} lets others in without a token: set AUTH_REQUIRED=true with AUTH_JWT_SECRET or AUTH_JWKS_URL, or say AUTH_REQUIRED=false outright`);
  }
  return {
    server: { host, port: variables.integer('PORT', 8000, { min: 0, max: 65535 }), trustProxy: trustedProxies(variables, findings) },
    auth: {
      required: required ?? false,
      ...keys(variables, findings, required ?? false),
      audience: variables.text('AUTH_AUDIENCE'),
      issuer: variables.text('AUTH_ISSUER'),
      allowedOrigins: variables.list('ALLOWED_ORIGINS')?.map((origin) => checkedOrigin(origin, findings)) ?? null,
    },
    logLevel: variables.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    compression: variables.flag('WS_COMPRESSION') ?? false,
  };
}

function keys(variables: Variables, findings: Findings, required: boolean): Pick<Config['auth'], 'jwtSecret' | 'jwksUrl'> {
  const jwtSecret = variables.text('AUTH_JWT_SECRET');
  const jwksUrl = variables.text('AUTH_JWKS_URL');
  const bytes = Buffer.byteLength(jwtSecret ?? '');
  if (jwtSecret !== null && bytes < MIN_SECRET_BYTES) {
    findings.problem(`AUTH_JWT_SECRET has ${bytes} bytes: it needs at least ${MIN_SECRET_BYTES}, such as from \`openssl rand -base64 48\``);
  }
  if (jwksUrl !== null && !isKeyAddress(jwksUrl)) findings.problem(`AUTH_JWKS_URL=${jwksUrl}: must be an https:// address (http:// on this machine only)`);
  if (jwtSecret !== null && jwksUrl !== null) findings.problem('AUTH_JWT_SECRET and AUTH_JWKS_URL are both set: keep the one that signs your tokens');
  if (required && jwtSecret === null && jwksUrl === null) {
    findings.problem(`AUTH_REQUIRED=true needs a key to check tokens with: set AUTH_JWT_SECRET (at least ${MIN_SECRET_BYTES} bytes) or AUTH_JWKS_URL`);
  }
  return { jwtSecret, jwksUrl };
}

/** Keys that came over plain HTTP could be anybody's. */
function isKeyAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname.replace(/^\[|\]$/g, '')));
}

function checkedOrigin(text: string, findings: Findings): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.origin === text.toLowerCase()) return url.origin;
  const better = url && url.origin !== 'null' ? `write ${url.origin}` : 'write scheme, host and port of each, such as https://app.example.com';
  findings.problem(`ALLOWED_ORIGINS has ${text}, which is no origin: ${better}`);
  return text;
}
