/** A request that came in. */
export interface AskedChat {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: { readonly type: string };
    readonly [field: string]: unknown;
  };
  /** `performance.now()` */
  readonly at: number;
}

/** What happens to a request; nothing said: a valid opinion. */
export interface ChatAnswer {
  readonly delayMs?: number;
  /** Fields of the opinion that differ from `OPINION`. */
  readonly opinion?: Readonly<Record<string, unknown>>;
  /** The reply's text instead. */
  readonly text?: string;
  readonly refusal?: string;
  readonly finish?: string;
  readonly model?: string;
  /** null: the server does not say. */
  readonly usage?: Readonly<Record<string, number>> | null;
  /** The embedding of a text. */
  readonly vector?: (text: string) => readonly number[];
  /** An error of HTTP. */
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is reset in the middle of the body. */
  readonly reset?: boolean;
  /** A body without an end. */
  readonly endless?: boolean;
  /** No answer at all. */
  readonly hang?: boolean;
}

export interface ChatServer {
  /** `http://127.0.0.1:<port>/v1` */
  readonly url: string;
  readonly requests: AskedChat[];
  readonly inFlight: number;
  mostInFlight: number;
  /** Connections that the client gave up. */
  readonly aborted: number;
  answer: (asked: AskedChat, nth: number) => ChatAnswer | Promise<ChatAnswer>;
  close(): Promise<void>;
}

export const OPINION: Readonly<Record<string, unknown>>;
export function startChatServer(answer?: ChatServer['answer']): Promise<ChatServer>;
