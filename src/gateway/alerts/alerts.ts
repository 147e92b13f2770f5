import { setTimeout as pause } from 'node:timers/promises';
import { v7 as timeOrderedId } from 'uuid';
import { CodedError } from '../../model/codes.js';
import type { Market } from '../../market/market.js';
import type { PriceUpdate } from '../../model/price-update.js';
import type { RoomMessage } from '../../rooms/message.js';
import { SNAPSHOT_TYPE, symbolOf, symbolRoom } from '../../rooms/names.js';
import type { RoomHistory } from '../../rooms/room-history.js';
import type { RoomLog } from '../../rooms/room-log.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import { isUnavailable } from '../../storage/unavailable.js';
import { EVERY_SYMBOL, type Alert } from './alert.js';
import type { AlertStore } from './alert-store.js';
import { turnsTrue, valueIn, type When } from './condition.js';
import { Firings } from './firings.js';
import { PriceWatches } from './price-watches.js';

export interface AlertsNeeds {
  readonly store: AlertStore;
  readonly writer: RoomWriter;
  readonly history: RoomHistory;
  readonly log: RoomLog;
  readonly market: Pick<Market, 'instruments' | 'lastPrice'>;
  /** Alerts were set or are gone: other nodes have to know. */
  readonly onChange: () => void;
  readonly onFault: (error: Error) => void;
}

/** Alerts of one client. */
const MOST = 100;
/** A signal that was stored so long before the start was compared by the process before, and its alerts may be gone from the log. */
const CATCH_UP_MS = 3_600_000;
const RETRY_MS = 500;

interface Owned {
  readonly alert: Alert;
  readonly stored: Promise<unknown>;
  isStored: boolean;
}

/**
 * The alerts of all clients. A price is compared at each tick with those on its symbol, in memory; a signal once it is
 * stored, with the signal before it in its room. What fires is said in the owner's room, by an id that is a function of
 * the alert and the tick or signal.
 */
export class Alerts {
  private readonly owned = new Map<string, Map<string, Owned>>();
  /** Alerts on signals, by symbol or `*`. */
  private readonly onSignals = new Map<string, Set<Alert>>();
  /** Fired once and for all; their rows may still be there. */
  private readonly gone = new Set<string>();
  private readonly watches: PriceWatches;
  private readonly giveUp = new AbortController();
  private readonly comparing = new Set<Promise<void>>();
  private readonly firings: Firings;

  constructor(private readonly needs: AlertsNeeds) {
    this.watches = new PriceWatches(needs.market);
    this.firings = new Firings(needs.writer, needs.store, this.watches, this.giveUp.signal, needs.onChange, needs.onFault);
  }

  /** Reads what is stored. Before the first tick, so that none goes by. */
  async start(): Promise<void> {
    const { store } = this.needs;
    const alerts = await store.all();
    for (const alert of alerts) this.own(alert, Promise.resolve());
    this.watches.resume(alerts.filter(isOnPrice), await store.prices());
    for (const alert of alerts) if (!isOnPrice(alert)) this.armOnSignals(alert);
    this.firings.start();
  }

  /** Compares the last signals again, for those whose alerts an earlier process could not say any more. */
  async catchUp(): Promise<void> {
    const symbols = this.needs.market.instruments.map(({ symbol }) => symbol);
    const asked = this.onSignals.has(EVERY_SYMBOL) ? symbols : symbols.filter((symbol) => this.onSignals.has(symbol));
    const since = Date.now() - CATCH_UP_MS;
    for (const signal of (await this.needs.log.lastOf(asked.map(symbolRoom), SNAPSHOT_TYPE)).values()) {
      const saidAt = Date.parse(signal.sentAt);
      if (saidAt > since) await this.compare(signal.messageId, signal.room, this.alertsOn(symbolOf(signal.room)!).filter(({ createdAt }) => createdAt < saidAt));
    }
  }

  /** Resolves when what has fired is stored, or `graceMs` have passed. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.giveUp.abort(), graceMs);
    await Promise.all(this.comparing);
    await this.firings.stop();
    clearTimeout(timer);
  }

  /** The client's alerts, oldest first. */
  of(owner: string): readonly Alert[] {
    return [...(this.owned.get(owner)?.values() ?? [])].map(({ alert }) => alert);
  }

  /** Resolves once it is stored and armed. The same again is the one that there is. @throws CodedError ALERT_LIMIT, STORE_UNAVAILABLE */
  async set(owner: string, symbol: string, when: When, once: boolean): Promise<Alert> {
    const alert: Alert = { alertId: timeOrderedId(), owner, symbol, when, once, createdAt: Date.now() };
    const own = [...(this.owned.get(owner)?.values() ?? [])];
    const same = own.find((one) => conditionOf(one.alert) === conditionOf(alert));
    if (same) {
      await same.stored;
      return same.alert;
    }
    if (own.length >= MOST) throw new CodedError('ALERT_LIMIT', `You have ${own.length} alerts, and one client may have ${MOST}: delete one first (list_alerts, delete_alert)`);
    const stored = this.needs.writer.say({ store: (tx) => this.needs.store.add(tx, alert) });
    this.own(alert, stored);
    try {
      await stored;
    } catch (error) {
      this.disown(alert);
      throw error;
    }
    this.arm(alert);
    this.needs.onChange();
    return alert;
  }

  /** Takes over what other nodes have set and deleted since. */
  async sync(): Promise<void> {
    const before = [...this.owned.values()].flatMap((own) => [...own.values()]);
    const stored = new Map((await this.needs.store.all()).map((alert) => [alert.alertId, alert]));
    // what was set here meanwhile is not in `before`, and not judged
    for (const { alert, isStored } of before) if (isStored && !stored.has(alert.alertId)) this.remove(alert);
    for (const alert of stored.values()) {
      if (this.owned.get(alert.owner)?.has(alert.alertId) || this.gone.has(alert.alertId)) continue;
      this.own(alert, Promise.resolve());
      this.arm(alert);
    }
  }

  /** @throws CodedError NOT_FOUND, STORE_UNAVAILABLE */
  async delete(owner: string, alertId: string): Promise<void> {
    const found = this.owned.get(owner)?.get(alertId);
    if (!found) throw new CodedError('NOT_FOUND', `You have no alert ${alertId}: list_alerts tells which you have`);
    await this.needs.writer.say({ store: (tx) => this.needs.store.remove(tx, [alertId]) });
    this.remove(found.alert);
    this.needs.onChange();
  }

  /**
   * Each price, in market time; does next to nothing where no alert is on the symbol. Every node looks, so that another
   * can go on at any time; only one, whose feed leads, `tells`: what two had seen at different ticks would fire twice.
   */
  price({ symbol, price }: PriceUpdate, at: number, tells: boolean): void {
    const crossed = this.watches.see(symbol, price);
    if (crossed === null || !tells) return;
    for (const alert of crossed) this.fire({ alert, symbol, value: price, at });
    this.firings.passed(symbol);
  }

  /** A signal that is stored. */
  signal(symbol: string, messageId: string): void {
    const alerts = this.alertsOn(symbol);
    if (alerts.length === 0) return;
    const comparing = this.compare(messageId, symbolRoom(symbol), alerts)
      .catch((error: unknown) => this.needs.onFault(new Error(`alerts on ${messageId} of ${symbol} could not be told`, { cause: error })))
      .finally(() => this.comparing.delete(comparing));
    this.comparing.add(comparing);
  }

  private async compare(messageId: string, room: string, alerts: readonly Alert[]): Promise<void> {
    const [now, before] = await this.lastTwo(messageId, room);
    if (!now) return;
    for (const alert of alerts) {
      const { when } = alert;
      const value = valueIn(now.body, when.field);
      if (!turnsTrue(when, before ? valueIn(before.body, when.field) : null, value)) continue;
      const { signal_id: signalId } = JSON.parse(now.body) as { signal_id: string };
      this.fire({ alert, symbol: symbolOf(room)!, value, at: now.marketTime ?? Date.parse(now.sentAt), signalId });
    }
  }

  private async lastTwo(messageId: string, room: string): Promise<readonly RoomMessage[]> {
    for (;;) {
      try {
        return await this.needs.history.upTo(messageId, room, SNAPSHOT_TYPE, 2);
      } catch (error) {
        if (!isUnavailable(error) || this.giveUp.signal.aborted) throw error;
        await pause(RETRY_MS, undefined, { signal: this.giveUp.signal }).catch(() => undefined);
      }
    }
  }

  private fire(firing: Parameters<Firings['add']>[0]): void {
    const { alert } = firing;
    if (!this.owned.get(alert.owner)?.has(alert.alertId)) return; // deleted, or it was to fire once and has
    if (alert.once) {
      this.remove(alert);
      this.gone.add(alert.alertId);
    }
    this.firings.add(firing);
  }

  private alertsOn(symbol: string): readonly Alert[] {
    return [...(this.onSignals.get(symbol) ?? []), ...(this.onSignals.get(EVERY_SYMBOL) ?? [])];
  }

  private arm(alert: Alert): void {
    if (!isOnPrice(alert)) this.armOnSignals(alert);
    else for (const watched of this.watches.add(alert)) this.firings.passed(watched);
  }

  private armOnSignals(alert: Alert): void {
    const set = this.onSignals.get(alert.symbol) ?? new Set();
    this.onSignals.set(alert.symbol, set.add(alert));
  }

  private remove(alert: Alert): void {
    this.disown(alert);
    if (isOnPrice(alert)) return this.watches.remove(alert);
    const set = this.onSignals.get(alert.symbol);
    set?.delete(alert);
    if (set?.size === 0) this.onSignals.delete(alert.symbol);
  }

  private own(alert: Alert, stored: Promise<unknown>): void {
    const own = this.owned.get(alert.owner) ?? new Map<string, Owned>();
    const entry: Owned = { alert, stored, isStored: false };
    this.owned.set(alert.owner, own.set(alert.alertId, entry));
    stored.then(() => { entry.isStored = true; }, () => undefined);
  }

  private disown({ owner, alertId }: Alert): void {
    const own = this.owned.get(owner);
    own?.delete(alertId);
    if (own?.size === 0) this.owned.delete(owner);
  }
}

const isOnPrice = ({ when: { field } }: Alert): boolean => field === 'price';

const conditionOf = ({ symbol, when: { field, op, value }, once }: Alert): string => JSON.stringify([symbol, field, op, value, once]);
