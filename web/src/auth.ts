import { Store } from './store.js';

const TOKEN = 'conclave.token';

export interface Auth {
  readonly token: string | null;
  /** The server asks for a token; `why` in words where one was refused. */
  readonly needed: { readonly why: string | null } | null;
}

/** The token lives as long as the tab. */
export const auth = new Store<Auth>({ token: sessionStorage.getItem(TOKEN), needed: null });

/** The page begins anew, with one connection and all requests under the token. */
export function signIn(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  location.reload();
}

export function signOut(): void {
  sessionStorage.removeItem(TOKEN);
  location.reload();
}

/** A request or the connection was refused for want of a valid token. */
export function tokenNeeded(why: string): void {
  const { token, needed } = auth.get();
  if (needed) return;
  sessionStorage.removeItem(TOKEN);
  auth.set({ token: null, needed: { why: token === null ? null : why } });
}
