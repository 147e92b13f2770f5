import type { Kysely, Transaction } from 'kysely';
import { decimal, type Decimal } from '../model/decimal.js';
import type { Schema } from '../storage/schema.js';
import type { Proposal, Size } from './proposal.js';

type Tx = Transaction<Schema>;

/** The second half of a change of side: it opens once what closes has filled. */
export interface WaitingOpening {
  /** With a key of its own. */
  readonly proposal: Proposal;
  /** The decision that closes. */
  readonly closedBy: string;
  /** Market time at which it was wanted, epoch milliseconds. */
  readonly at: number;
}

/** Rows of `waiting_openings`: stored with the decision that closes, and removed with the one that opens. */
export class OpeningStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Oldest first. */
  async of(accountId: string): Promise<readonly WaitingOpening[]> {
    const rows = await this.db.selectFrom('waiting_openings').selectAll().where('account_id', '=', accountId).orderBy('at').orderBy('opening_key').execute();
    return rows.map(({ proposal, closed_by: closedBy, at }) => ({ proposal: proposalFrom(proposal), closedBy, at }));
  }

  async put(tx: Tx, { proposal, closedBy, at }: WaitingOpening): Promise<void> {
    await tx.insertInto('waiting_openings').values({ account_id: proposal.accountId, opening_key: proposal.key, closed_by: closedBy, proposal: JSON.stringify(proposal), at })
      .onConflict((conflict) => conflict.columns(['account_id', 'opening_key']).doNothing()).execute();
  }

  async remove(tx: Tx, { accountId, key }: Pick<Proposal, 'accountId' | 'key'>): Promise<void> {
    await tx.deleteFrom('waiting_openings').where('account_id', '=', accountId).where('opening_key', '=', key).execute();
  }
}

/** Decimals are texts in JSON. */
function proposalFrom(text: string): Proposal {
  const read = JSON.parse(text) as Proposal;
  const { want, exits } = read;
  return {
    ...read, limitPrice: money(read.limitPrice), stopPrice: money(read.stopPrice), trail: money(read.trail), price: money(read.price),
    exits: exits && { target: money(exits.target), stop: money(exits.stop) },
    want: want.kind === 'close' ? { ...want, quantity: money(want.quantity) } : { ...want, size: sizeFrom(want.size) },
  };
}

const money = (value: Decimal | null): Decimal | null => (value === null ? null : decimal(value));

function sizeFrom(size: Size): Size {
  if (size.kind === 'quantity') return { ...size, quantity: decimal(size.quantity) };
  return size.kind === 'margin' ? { ...size, amount: decimal(size.amount) } : size;
}
