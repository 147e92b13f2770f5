import { setTimeout as wait } from 'node:timers/promises';
import type { Account, Order } from './account.js';
import type { Broker } from './brokers/broker.js';
import { CANCELS_AT_ONCE, type Cancels } from './cancels.js';
import { inParallel } from './in-parallel.js';

export interface HaltNeeds {
  readonly account: Account;
  readonly broker: Broker;
  readonly cancels: Cancels;
  /** Its events come inside the desk's own steps (paper): nothing is asked of it between them. */
  readonly driven: boolean;
  /** As a step of the desk. */
  readonly run: (step: () => Promise<void>) => Promise<void>;
  readonly isHalted: () => boolean;
  /** How long is waited the first time, the second, … */
  readonly askAgainMs: readonly number[];
  /** What the broker has not cancelled, and is asked again; none: it is all gone, after some was said to be left. */
  readonly onLeft: (left: readonly Order[]) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

/** A broker tells of a cancel by itself, a little later; after so long it is asked. */
const [TOLD_WITHIN_MS, LOOK_MS] = [1000, 10];

/** HALTED: what can add exposure goes at once, and is asked to go until it is gone; what only reduces is never touched. */
export class Halt {
  private again: NodeJS.Timeout | null = null;
  private saidLeft = '';
  private stopped = false;

  constructor(private readonly needs: HaltNeeds) {}

  /** Resolves when it is gone, or when what is left was said and will be asked for again. */
  async begin(times = 0): Promise<void> {
    const { driven, run, cancels } = this.needs;
    if (!driven) await this.askAll();
    if (this.adding().length > 0) await run(() => cancels.all(this.adding()));
    await this.look(times);
  }

  stop(): void {
    this.stopped = true;
    if (this.again) clearTimeout(this.again);
  }

  /** First out of turn, as a step that waits for the broker must not hold it up; then, in turn, what a step was sending meanwhile. */
  private async askAll(): Promise<void> {
    const asked = new Set<string>();
    await this.ask(this.adding().filter(isThere), asked);
    await this.needs.run(() => this.ask(this.adding().filter(({ orderId }) => !asked.has(orderId)), asked));
    for (const end = performance.now() + TOLD_WITHIN_MS; this.adding().length > 0 && performance.now() < end;) await wait(LOOK_MS);
    await this.needs.run(async () => undefined); // what was told is stored
  }

  private ask(orders: readonly Order[], asked: Set<string>): Promise<void> {
    return inParallel(orders, CANCELS_AT_ONCE, async ({ orderId }) => {
      try {
        await this.needs.broker.cancel(orderId);
        asked.add(orderId);
      } catch (error) {
        this.needs.onFault(error);
      }
    });
  }

  private async look(times: number): Promise<void> {
    const { isHalted, askAgainMs, onLeft, onFault } = this.needs;
    if (this.stopped || !isHalted()) return;
    const left = this.adding();
    const ids = left.map(({ orderId }) => orderId).sort().join(' ');
    if (this.again) clearTimeout(this.again);
    if (left.length > 0) {
      this.again = setTimeout(() => {
        if (!this.stopped && isHalted()) this.begin(times + 1).catch(onFault);
      }, askAgainMs[Math.min(times, askAgainMs.length - 1)]!).unref();
    }
    if (ids === this.saidLeft) return;
    await onLeft(left);
    this.saidLeft = ids;
  }

  private adding(): readonly Order[] {
    return this.needs.account.openOrders().filter(({ reduceOnly }) => !reduceOnly);
  }
}

const isThere = ({ status }: Order): boolean => status === 'accepted' || status === 'partially_filled';
