import type { Approval } from './approval.js';

/** In memory: what waits for a person, or to be executed. Follows the rows. */
export class OpenApprovals {
  private readonly byId = new Map<string, Approval>();
  /** Changed here while rows are being read. */
  private touched: Set<string> | null = null;

  get size(): number {
    return this.byId.size;
  }

  all(): readonly Approval[] {
    return [...this.byId.values()];
  }

  /** As it is stored now. */
  put(approval: Approval): void {
    this.touched?.add(approval.approvalId);
    if (approval.status === 'waiting' || approval.status === 'approved') this.byId.set(approval.approvalId, approval);
    else this.byId.delete(approval.approvalId);
  }

  /** Takes over what is in the database; what changes here meanwhile stays as it is here. */
  async refresh(read: () => Promise<readonly Approval[]>): Promise<void> {
    const touched = (this.touched = new Set());
    const rows = await read();
    if (this.touched !== touched) return; // a later one has it
    this.touched = null;
    const there = new Map(rows.map((row) => [row.approvalId, row]));
    for (const id of this.byId.keys()) if (!touched.has(id) && !there.has(id)) this.byId.delete(id);
    for (const [id, row] of there) if (!touched.has(id)) this.byId.set(id, row);
  }
}
