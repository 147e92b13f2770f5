import { timerWait, type Wait } from '../market/feeds/wait.js';
import type { Operations } from './operations.js';
import type { OpsRoom } from './ops-room.js';

const EVERY_MS = 2000;

/** How the server is doing, said in `ops` every two seconds as long as somebody is there at this node; the latest wins. */
export class OpsPulse {
  #cancel: () => void = () => undefined;
  #over = false;

  constructor(
    private readonly operations: Pick<Operations, 'now'>,
    private readonly room: Pick<OpsRoom, 'heardHere' | 'tellLatest'>,
    private readonly onError: (error: unknown) => void,
    private readonly wait: Wait = timerWait,
  ) {}

  /** Nest calls it when the server begins. */
  onApplicationBootstrap(): void {
    this.#cancel = this.wait(EVERY_MS, () => void this.beat());
  }

  /** Nest calls it when the server ends. */
  onModuleDestroy(): void {
    this.#over = true;
    this.#cancel();
  }

  private async beat(): Promise<void> {
    try {
      if (this.room.heardHere) this.room.tellLatest('ops_update', await this.operations.now());
    } catch (error) {
      this.onError(error);
    }
    if (!this.#over) this.onApplicationBootstrap();
  }
}
