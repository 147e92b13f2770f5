/** What a node says of itself to the others; JSON in Redis. */
export interface NodeCounts {
  /** Host and process. */
  readonly node: string;
  /** Connections since its start. */
  readonly total: number;
  readonly active: number;
  readonly sent: number;
  readonly running: number;
  /** Runs and stored calls of models since its start; not said by earlier versions. */
  readonly ended?: number;
  readonly calls?: number;
  /** Members by room; symbol rooms by their bare symbol. */
  readonly rooms: Readonly<Record<string, number>>;
  /** Open connections by `addressKey`. */
  readonly addresses: Readonly<Record<string, number>>;
}
