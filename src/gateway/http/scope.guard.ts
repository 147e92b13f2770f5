import type { IncomingMessage } from 'node:http';
import { createParamDecorator } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { CodedError } from '../../model/codes.js';
import { requiredScope } from '../../model/scope.js';
import type { Authenticator } from '../auth/authenticator.js';
import { clientIdOf, tokenOf } from '../auth/handshake.js';
import { originAllowed } from '../auth/origins.js';
import { requireScope } from '../auth/principal.js';
import type { Principal } from '../auth/principal.js';

type ExpressRequest = IncomingMessage & { readonly originalUrl: string };

const principals = new WeakMap<object, Principal>();

/** Who asks. Only behind the guard, and not on public handlers. */
const principalOf = (request: object): Principal => {
  const principal = principals.get(request);
  if (!principal) throw new Error('No principal: the handler is public, or ScopeGuard is not a global guard');
  return principal;
};

/** A handler's argument: the principal. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal =>
  principalOf(context.switchToHttp().getRequest<IncomingMessage>()),
);

/** Global. Checks the Origin, then who asks, then that they have the scope that `@requires` names. Sockets check themselves. */
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly allowedOrigins: readonly string[] | null,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<ExpressRequest>();
    checkOrigin(request.headers, this.allowedOrigins);
    const scope = requiredScope(context.getHandler());
    if (scope === 'public') return true;
    const principal = await this.#authenticate(request);
    requireScope(principal, scope);
    principals.set(request, principal);
    return true;
  }

  async #authenticate({ headers, originalUrl }: ExpressRequest): Promise<Principal> {
    const said = { headers, url: originalUrl };
    const principal = await this.authenticator.identify(tokenOf(said), clientIdOf(said));
    if (principal) return principal;
    throw new CodedError('UNAUTHENTICATED', 'A token is needed: send it as `Authorization: Bearer <token>`');
  }
}

/** @throws CodedError FORBIDDEN where a page of a foreign origin asks. */
const checkOrigin = (
  { origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined },
  allowed: readonly string[] | null,
): void => {
  if (originAllowed(origin, host, allowed)) return;
  throw new CodedError('FORBIDDEN', 'Pages of this origin may not ask here: add it to ALLOWED_ORIGINS');
};
