import type { Message, MessageOf, MessageType } from './messages.js';

export type Handler<T extends MessageType> = (message: MessageOf<T>) => void;

/** Runs a callback of the user's; what it throws surfaces as uncaught, and neither stops the others nor breaks the client. */
export function callOut<A>(callback: ((argument: A) => void) | undefined, argument: A): void {
  try {
    callback?.(argument);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Handlers by message type. */
export class Dispatch {
  readonly #handlers = new Map<string, Set<(message: never) => void>>();

  /** Returns what removes the handler again. */
  on<T extends MessageType>(type: T, handler: Handler<T>): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  say(message: Message): void {
    for (const handler of [...(this.#handlers.get(message.type) ?? [])]) callOut(handler, message as never);
  }
}
