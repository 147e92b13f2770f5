import type { Channels } from '../storage/channels.js';
import type { RunEnd } from './runs.js';

const CHANNEL = 'runs';
/** A word about an end may be lost; the row is looked at as often as this while somebody waits. */
const LOOK_MS = 1000;

export interface RunEndsNeeds {
  readonly channels: Channels;
  /** Which of these have ended. */
  readonly look: (runIds: readonly string[]) => Promise<readonly RunEnd[]>;
  readonly onError: (error: unknown) => void;
}

/** Who waits for the end of a run, wherever it is done: told at once, and by the row where that was lost. */
export class RunEnds {
  private readonly waiting = new Map<string, { readonly ended: Promise<void>; resolve(): void }>();
  private readonly listeners: ((end: RunEnd) => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly needs: RunEndsNeeds) {}

  async start(): Promise<void> {
    await this.needs.channels.listen(CHANNEL, (text) => this.settle(JSON.parse(text) as RunEnd));
  }

  listen(listener: (end: RunEnd) => void): void {
    this.listeners.push(listener);
  }

  of(runId: string): Promise<void> {
    const known = this.waiting.get(runId);
    if (known) return known.ended;
    let resolve = (): void => undefined;
    const ended = new Promise<void>((done) => { resolve = done; });
    this.waiting.set(runId, { ended, resolve });
    this.lookLater();
    return ended;
  }

  /** A run has ended on this node. */
  tell(end: RunEnd): void {
    this.settle(end);
    this.needs.channels.publish(CHANNEL, JSON.stringify(end));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.clear();
  }

  private settle(end: RunEnd): void {
    const waiter = this.waiting.get(end.runId);
    this.waiting.delete(end.runId);
    for (const listener of this.listeners) listener(end);
    waiter?.resolve();
  }

  private lookLater(): void {
    this.timer ??= setTimeout(() => void this.look(), LOOK_MS).unref();
  }

  private async look(): Promise<void> {
    try {
      for (const end of await this.needs.look([...this.waiting.keys()])) this.settle(end);
    } catch (error) {
      this.needs.onError(error);
    }
    this.timer = undefined;
    if (this.waiting.size > 0) this.lookLater();
  }
}
