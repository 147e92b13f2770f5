import type { DeliveryStore } from './delivery-store.js';

const EVERY_MS = 3_600_000;

/** Events and deliveries go when rooms' messages do; those that something was made of stay. */
export class EventRetention {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: Pick<DeliveryStore, 'forget'>, private readonly keepHours: number, private readonly onFault: (error: unknown) => void) {}

  start(): void {
    const forget = (): void => void this.store.forget(Date.now() - this.keepHours * 3_600_000).catch(this.onFault);
    this.timer = setInterval(forget, EVERY_MS);
    this.timer.unref();
    forget();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
