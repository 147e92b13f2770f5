import { KEPT_MS } from '../idempotency.js';
import type { DeliveryStore } from './delivery-store.js';

const EVERY_MS = 3_600_000;

/** Events and deliveries go when rooms' messages do, and not while their idempotency keys stand; those that something was made of stay. */
export class EventRetention {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: Pick<DeliveryStore, 'forget'>, private readonly keepHours: number, private readonly onFault: (error: unknown) => void) {}

  start(): void {
    const forget = (): void => void this.store.forget(Date.now() - Math.max(this.keepHours * 3_600_000, KEPT_MS)).catch(this.onFault);
    this.timer = setInterval(forget, EVERY_MS);
    this.timer.unref();
    forget();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
