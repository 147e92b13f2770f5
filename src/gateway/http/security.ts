import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import helmet from 'helmet';
import { originAllowed } from '../auth/origins.js';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

const headers = (styles: readonly string[]): Middleware =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", ...styles],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // we speak HTTP; whether the whole host is HTTPS only is for the proxy before us to say
    strictTransportSecurity: false,
  });

/** Security headers: nothing but our own files, no inline script anywhere. Swagger UI's page has inline styles. */
export const securityHeaders = (): Middleware => {
  const strict = headers([]);
  const docs = headers(["'unsafe-inline'"]);
  return (request, response, next) => {
    const isDocs = /^\/docs(?:[/?]|$)/.test(request.url ?? '');
    (isDocs ? docs : strict)(request, response, next);
  };
};

/** For `app.enableCors`: pages of allowed origins may read the answers. */
export const corsFor =
  (allowed: readonly string[] | null): CorsOptionsDelegate<IncomingMessage> =>
  ({ headers: { origin, host } }, done) => {
    const options: CorsOptions = {
      origin: origin !== undefined && originAllowed(origin, host, allowed),
      exposedHeaders: ['Retry-After', 'X-Request-Id'],
      maxAge: 600,
    };
    done(null, options);
  };
