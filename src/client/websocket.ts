/** What the client needs of a WebSocket: the browser's, Node's own and `ws` all have it. */
export interface WebSocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Of `ws`: ends a connection whose other side no longer answers. */
  terminate?(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/**
 * The global WebSocket of browsers and Node 22.
 * @throws Error where there is none
 */
export function globalWebSocket(): WebSocketConstructor {
  const found = (globalThis as unknown as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (found === undefined) {
    throw new Error("There is no global WebSocket here: connect({ url, WebSocket }) with `import { WebSocket } from 'ws'`");
  }
  return found;
}
