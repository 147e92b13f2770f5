import { timerWait, type Wait } from '../market/feeds/wait.js';
import type { Hub } from '../rooms/hub.js';
import { ANALYSTS_ROOM } from '../rooms/names.js';
import type { NodeCounts } from '../rooms/node-counts.js';

const EVERY_MS = 1000;

/**
 * Says in `analysts` that at some node a run has ended or a call of a model was stored, at most once a second: whoever shows
 * statistics, costs or calls asks anew. Of other nodes it is known a second later.
 */
export class ActivityPulse {
  #cancel: () => void = () => undefined;
  #said = '';

  constructor(
    private readonly nodes: () => readonly NodeCounts[],
    private readonly hub: Pick<Hub, 'receiveLoose'>,
    private readonly wait: Wait = timerWait,
  ) {}

  /** Nest calls it when the server begins. */
  onApplicationBootstrap(): void {
    this.#cancel = this.wait(EVERY_MS, () => {
      this.beat();
      this.onApplicationBootstrap();
    });
  }

  /** Nest calls it when the server ends. */
  onModuleDestroy(): void {
    this.#cancel();
  }

  private beat(): void {
    const nodes = this.nodes();
    const sum = (of: (counts: NodeCounts) => number | undefined): number => nodes.reduce((all, counts) => all + (of(counts) ?? 0), 0);
    const now = JSON.stringify({ runs_ended: sum(({ ended }) => ended), model_calls: sum(({ calls }) => calls) });
    if (now === this.#said) return;
    this.#said = now;
    this.hub.receiveLoose(ANALYSTS_ROOM, 'activity_update', now);
  }
}
