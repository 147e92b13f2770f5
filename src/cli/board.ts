import { instrumentKey } from '../model/instrument.js';
import type { Message } from '../client/index.js';

export interface CastVote {
  readonly signal: string;
  readonly confidence: number;
}

export interface Row {
  readonly symbol: string;
  readonly price: number | null;
  /** The feed's name. */
  readonly source: string | null;
  /** Latest of each analyst, by `agent_id`. */
  readonly votes: ReadonlyMap<string, CastVote>;
  readonly consensus: { readonly action: string; readonly confidence: number; readonly strength: string; readonly agreement: number } | null;
  /** When the consensus was sent, epoch milliseconds. */
  readonly decidedAt: number | null;
}

const emptyRow = (symbol: string): Row => ({ symbol, price: null, source: null, votes: new Map(), consensus: null, decidedAt: null });

/** The latest of each watched symbol. */
export class Board {
  readonly #rows = new Map<string, Row>();
  readonly #analysts = new Set<string>();
  /** The last thing that went wrong or was announced. */
  notice: string | null = null;

  constructor(symbols: readonly string[]) {
    for (const symbol of symbols) this.#rows.set(instrumentKey(symbol), emptyRow(symbol.toUpperCase()));
  }

  /** In the order of asking. */
  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** `agent_id`s in the order of their first vote. */
  get analysts(): readonly string[] {
    return [...this.#analysts];
  }

  apply(message: Message, receivedAt: number): void {
    if (message.type === 'price_update') {
      const { symbol, price, source } = message.data;
      this.#change(symbol, { price, source });
    } else if (message.type === 'agent_update') {
      const { symbol, agent_id, signal, confidence } = message.data;
      this.#change(symbol, ({ votes }) => ({ votes: this.#cast(votes, [[agent_id, { signal, confidence }]]) }));
    } else if (message.type === 'signal_update') {
      const { symbol, action, confidence, price, source, agents_consensus: consensus } = message.data;
      this.#change(symbol, (row) => ({
        price: row.price ?? price,
        source,
        votes: this.#cast(row.votes, Object.entries(consensus.agent_details)),
        consensus: { action, confidence, strength: consensus.consensus_strength, agreement: consensus.agreement },
        decidedAt: message.timestamp === undefined ? receivedAt : Date.parse(message.timestamp),
      }));
    } else if (message.type === 'system_alert') {
      this.notice = `${message.data.level} ${message.data.code}: ${message.data.message}`;
    }
  }

  #change(symbol: string, change: Partial<Row> | ((row: Row) => Partial<Row>)): void {
    const key = instrumentKey(symbol);
    const row = this.#rows.get(key);
    if (row !== undefined) this.#rows.set(key, { ...row, symbol, ...(typeof change === 'function' ? change(row) : change) });
  }

  #cast(votes: ReadonlyMap<string, CastVote>, more: readonly (readonly [string, CastVote])[]): ReadonlyMap<string, CastVote> {
    for (const [id] of more) this.#analysts.add(id);
    return new Map([...votes, ...more.map(([id, { signal, confidence }]) => [id, { signal, confidence }] as const)]);
  }
}
