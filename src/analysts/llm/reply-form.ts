/** The form of a reply: what is asked for, and how it is read. */
export interface ReplyForm<T extends object> {
  /** Its name, `a-z` and `_`. */
  readonly name: string;
  /** Strict JSON schema: every field required, nothing besides. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The value, or in words what is wrong with the reply: the model is shown them once, to repair it. */
  read(reply: string): { readonly value: T } | { readonly flaw: string };
}
