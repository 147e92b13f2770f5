/** Who must know that a token does not count any more. */
export abstract class Revoked {
  /** Its token was replaced, taken back or deleted with it, and the row says so: connections with it end, on every node. */
  abstract revoked(kind: 'group' | 'trigger', id: string): void;
}
