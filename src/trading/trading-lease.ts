import type { Transaction } from 'kysely';
import type { LeaseKeeper } from '../storage/lease-keeper.js';
import type { Leases } from '../storage/leases.js';
import type { Schema } from '../storage/schema.js';

/** That this node, and no other, trades: always where it is alone. */
export class TradingLease {
  static readonly NAME = 'trading';
  /** The accounts are open here. */
  private opened = false;

  constructor(
    /** False: this node only shows what another trades. */
    readonly trades: boolean,
    private readonly shared: { readonly leases: Leases; readonly keeper: LeaseKeeper } | null,
  ) {}

  get keeper(): LeaseKeeper | null {
    return this.shared?.keeper ?? null;
  }

  open(is: boolean): void {
    this.opened = is;
  }

  isHeld(): boolean {
    return this.opened && (this.shared?.keeper.isHeld() ?? true);
  }

  /** In each transaction. @throws Deposed where another trades by now */
  async check(tx: Transaction<Schema>): Promise<void> {
    if (!this.shared) return;
    const { keeper, leases } = this.shared;
    await leases.check(tx, { lease: TradingLease.NAME, term: keeper.term ?? 0 });
  }
}
