import { CodedError } from '../../model/codes.js';
import type { Scope } from '../../model/scope.js';

/** Who is at the other end, and what they may do. */
export interface Principal {
  /** `sub` of the token, or `anonymous:<client_id>`. */
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Epoch milliseconds; null where it never expires. */
  readonly expiresAt: number | null;
  readonly anonymous: boolean;
}

/** Throws FORBIDDEN where the principal has not the scope. */
export const requireScope = (principal: Principal, scope: Scope): void => {
  if (principal.scopes.has(scope)) return;
  const has = [...principal.scopes].join(' ') || 'none';
  throw new CodedError('FORBIDDEN', `This needs the scope "${scope}": use a token that has it (yours has: ${has})`);
};
