import type { Candle } from '../model/candle.js';
import type { Interval } from '../model/interval.js';
import type { Desks } from './desks.js';
import type { SignalTargets, StoredSignal } from './signal-targets.js';
import type { TradingLease } from './trading-lease.js';

/** Who moves with the market beside the desks: approvals, strategies, agents. What throws is reported and stops nothing. */
export interface Participant {
  /** This node trades from now on. */
  opened?(): void | Promise<void>;
  /** A live price; not of feeds that have candles only. */
  tick?(symbol: string, price: number, volume: number, at: number): void | Promise<void>;
  /** A closed candle, after what it filled. A replayed file waits. */
  candle?(symbol: string, interval: Interval, candle: Candle): void | Promise<void>;
  signal?(signal: StoredSignal): void | Promise<void>;
  /** Market time has moved on; at least each second on live feeds. A replayed file waits. */
  time?(now: number): void | Promise<void>;
  closed?(): void | Promise<void>;
}

export interface TradingWorkNeeds {
  readonly desks: Desks;
  readonly targets: SignalTargets;
  readonly participants: readonly Participant[];
  readonly lease: TradingLease;
  /** Its feed says ticks, not candles alone. */
  readonly ticks: (symbol: string) => boolean;
  /** Market time is the clock's, and goes on between ticks. */
  readonly live: () => boolean;
  readonly onFault: (error: unknown) => void;
  readonly onLead: (leads: boolean) => void;
}

const REFRESH_MS = 1000;

/** Trading as the market moves it: when it begins and ends on this node, and in which order what happens. */
export class TradingWork {
  private readonly participants: Participant[];
  private refreshing = false;
  private timers: NodeJS.Timeout[] = [];
  private changing: Promise<void> = Promise.resolve();

  constructor(private readonly needs: TradingWorkNeeds) {
    this.participants = [...needs.participants];
  }

  /** Behind those that are there; before `start`. */
  join(participant: Participant): void {
    this.participants.push(participant);
  }

  /** This node trades: it has the lease, and the accounts are open. */
  isHeld(): boolean {
    return this.needs.lease.isHeld();
  }

  /** After the market has its past, before it moves. */
  async start(): Promise<void> {
    const { lease: { keeper, trades }, live } = this.needs;
    if (!trades) {
      await this.refresh();
      this.every(REFRESH_MS, () => this.refresh());
      return;
    }
    if (keeper) {
      await keeper.start({
        gained: () => { this.changing = this.changing.then(() => this.open()).catch(this.needs.onFault); },
        lost: () => { this.changing = this.changing.then(() => this.close()).catch(this.needs.onFault); },
      });
      await this.changing;
    } else await this.open();
    if (!this.isHeld()) await this.refresh(); // what another node trades is known from the first request on
    this.every(REFRESH_MS, async () => {
      await this.refresh();
      if (live()) await this.time();
    });
  }

  async stop(graceMs: number): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const participant of this.participants) await this.reported(() => participant.closed?.());
    await this.needs.desks.stop(graceMs);
    this.needs.lease.open(false);
    await this.needs.lease.keeper?.stop();
  }

  price(symbol: string, price: number, volume: number, at: number): void {
    if (!this.isHeld()) return;
    if (!this.needs.ticks(symbol)) return; // where there are candles only, they say it
    this.needs.desks.price(symbol, price, volume, at);
    for (const participant of this.participants) void this.reported(() => participant.tick?.(symbol, price, volume, at));
  }

  /** Before the candle's run: what it fills of the orders that were there. */
  async fills(symbol: string, candle: Candle): Promise<void> {
    if (this.isHeld()) await this.needs.desks.candle(symbol, candle);
  }

  /** After the candle's run is stored: signals, strategies and agents have looked when it resolves. */
  async considered(symbol: string, interval: Interval, candle: Candle): Promise<void> {
    if (!this.isHeld()) return;
    await this.needs.targets.consider();
    for (const participant of this.participants) await this.reported(() => participant.candle?.(symbol, interval, candle));
    await this.time();
  }

  /** A run has ended. */
  signals(): void {
    if (this.isHeld()) void this.needs.targets.consider();
  }

  async signal(signal: StoredSignal): Promise<void> {
    for (const participant of this.participants) await this.reported(() => participant.signal?.(signal));
  }

  /** Another node has changed something. */
  async refresh(): Promise<void> {
    if (this.refreshing) return;
    this.refreshing = true;
    await this.reported(() => this.needs.desks.refresh());
    if (this.isHeld() && this.needs.lease.keeper) void this.needs.targets.consider(); // runs end on other nodes too
    this.refreshing = false;
  }

  private async time(): Promise<void> {
    const now = this.needs.desks.now();
    for (const participant of this.participants) await this.reported(() => participant.time?.(now));
  }

  private async open(): Promise<void> {
    this.needs.lease.open(true);
    await this.needs.desks.open();
    for (const participant of this.participants) await this.reported(() => participant.opened?.());
    this.needs.onLead(true);
    await this.needs.targets.consider();
  }

  private async close(): Promise<void> {
    this.needs.lease.open(false);
    for (const participant of this.participants) await this.reported(() => participant.closed?.());
    await this.needs.desks.close();
    this.needs.onLead(false);
  }

  private every(ms: number, work: () => Promise<void>): void {
    this.timers.push(setInterval(() => void work(), ms).unref());
  }

  private async reported(step: () => void | Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.needs.onFault(error);
    }
  }
}
