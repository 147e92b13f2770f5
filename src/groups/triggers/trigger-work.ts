import type { Transaction } from 'kysely';
import type { PriceUpdate } from '../../model/price-update.js';
import type { Schema } from '../../storage/schema.js';
import type { BuiltIn, Outlet } from './built-in.js';
import { RunningTrigger, type RunningTriggerNeeds } from './running-trigger.js';
import type { CheckedConfig, TriggerKinds } from './trigger-kinds.js';
import type { BuiltInKind, BuiltInRow } from './trigger-store.js';

export interface TriggerWorkNeeds extends Omit<RunningTriggerNeeds, 'fence'> {
  readonly kinds: TriggerKinds;
  readonly open: (row: BuiltInRow, config: CheckedConfig<BuiltInKind>['config'], outlet: Outlet) => BuiltIn;
  /** This node runs them: its market feed leads. */
  readonly leads: () => boolean;
  /** Of leading; where it is another one, others may have gone on meanwhile. */
  readonly term: () => number | null;
  /** Inside each transaction: refuses the word of a node that led under this term and does no more. @throws Deposed */
  readonly fence: (tx: Transaction<Schema>, term: number | null) => Promise<void>;
  /** Rows have changed here: other nodes should look. */
  readonly tell: () => void;
}

const REFRESH_MS = 2000;
const TIME_MS = 250;

/** Runs the enabled built-in triggers where the market feed leads. One that fails disturbs no other. */
export class TriggerWork {
  private readonly running = new Map<string, RunningTrigger>();
  private term: number | null = null;
  private timers: NodeJS.Timeout[] = [];
  private refreshing: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(private readonly needs: TriggerWorkNeeds) {}

  /** Before the market moves. Resolves when those that are stored have begun. */
  async start(): Promise<void> {
    await this.refresh();
    this.timers = [
      setInterval(() => void this.refresh().then(() => this.signals()), REFRESH_MS).unref(),
      setInterval(() => void this.time(Date.now()), TIME_MS).unref(),
    ];
  }

  /** Ends timers and fetches; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.refreshing;
    await this.closeAll();
  }

  /** Rows were written on this node: it looks at once, and so do the others. */
  changed(): void {
    void this.refresh();
    this.needs.tell();
  }

  /** Takes over what the rows say now. Never rejects. */
  refresh(): Promise<void> {
    this.again = true;
    this.refreshing ??= this.refreshUntilDone().finally(() => { this.refreshing = null; });
    return this.refreshing;
  }

  price(update: PriceUpdate, at: number): void {
    if (!this.needs.leads()) return;
    if (this.needs.term() !== this.term) void this.refresh(); // it has just begun to lead
    for (const trigger of this.running.values()) trigger.price(update, at);
  }

  /** After the candle's runs are stored. A replayed file waits. */
  async closed(symbol: string): Promise<void> {
    if (!this.needs.leads()) return;
    if (this.needs.term() !== this.term) await this.refresh();
    const now = Date.now();
    await Promise.all([...this.running.values()].map((trigger) => trigger.closed(symbol, now)));
  }

  /** A run has ended, on whatever node. */
  async signals(now = Date.now()): Promise<void> {
    if (!this.needs.leads()) return;
    await Promise.all([...this.running.values()].map((trigger) => trigger.signals(now)));
  }

  /** `now`: wall time. */
  async time(now: number): Promise<void> {
    if (!this.needs.leads()) return;
    await Promise.all([...this.running.values()].map((trigger) => trigger.time(now)));
  }

  private async refreshUntilDone(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        await this.sync();
      } catch (error) {
        this.needs.onFault(error);
      }
    }
  }

  private async sync(): Promise<void> {
    const term = this.needs.term();
    if (!this.needs.leads() || term !== this.term) await this.closeAll();
    if (!this.needs.leads()) return;
    this.term = term;
    const rows = new Map((await this.needs.store.builtIn()).map((row) => [row.trigger_id, row]));
    for (const [id, trigger] of this.running) {
      const row = rows.get(id);
      if (row && isAsItWas(row, trigger.row)) continue;
      this.running.delete(id);
      await trigger.stop();
    }
    await Promise.all([...rows.values()].filter(({ trigger_id: id }) => !this.running.has(id)).map((row) => this.begin(row)));
  }

  private async begin(row: BuiltInRow): Promise<void> {
    const { config, flaws } = this.needs.kinds.check(row.kind, JSON.parse(row.config));
    const { term } = this;
    const trigger = new RunningTrigger(row, config, { ...this.needs, fence: (tx) => this.needs.fence(tx, term) });
    this.running.set(row.trigger_id, trigger);
    if (flaws.length > 0) await trigger.unfit(flaws);
    else await trigger.begin(() => this.needs.open(row, config, trigger));
  }

  private async closeAll(): Promise<void> {
    const all = [...this.running.values()];
    this.running.clear();
    await Promise.all(all.map((trigger) => trigger.stop()));
  }
}

const isAsItWas = (now: BuiltInRow, before: BuiltInRow): boolean => now.kind === before.kind && now.config === before.config && now.name === before.name;
