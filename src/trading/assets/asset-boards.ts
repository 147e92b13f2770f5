import { Conflation } from '../../rooms/conflation.js';
import type { Assets } from './assets.js';

/** Between two states of an asset that are built because of changes. */
const EVERY_MS = 1000;

/** Who looks at an asset. */
export interface Viewer {
  /** The state, which was asked for. */
  show(text: string): void;
  /** The state after a change: the latest is enough. */
  offer(text: string): void;
}

/** The states of assets, as JSON text, for those who look: built once for all of them, and each older than the next. */
export class AssetBoards {
  private readonly viewers = new Map<string, Set<Viewer>>();
  private readonly changes = new Map<string, Conflation<void>>();
  private readonly building = new Map<string, Promise<unknown>>();

  constructor(private readonly assets: Pick<Assets, 'state' | 'listen'>, private readonly onFault: (error: unknown) => void) {
    assets.listen((symbol) => this.changed(symbol));
  }

  /** From now on it hears of changes. */
  add(symbol: string, viewer: Viewer): void {
    const viewers = this.viewers.get(symbol) ?? new Set();
    this.viewers.set(symbol, viewers.add(viewer));
  }

  remove(symbol: string, viewer: Viewer): void {
    const viewers = this.viewers.get(symbol);
    viewers?.delete(viewer);
    if (viewers?.size !== 0) return;
    this.viewers.delete(symbol);
    this.changes.get(symbol)?.drop();
  }

  /** The state as it is after the call. @throws CodedError NOT_FOUND, NOT_READY, STORE_UNAVAILABLE */
  show(symbol: string, viewer: Viewer): Promise<void> {
    return this.build(symbol, (text) => viewer.show(text));
  }

  private changed(symbol: string): void {
    if (!this.viewers.has(symbol)) return;
    const change = this.changes.get(symbol) ?? new Conflation<void>(EVERY_MS, () => this.tell(symbol));
    this.changes.set(symbol, change);
    change.offer();
  }

  private tell(symbol: string): void {
    this.build(symbol, (text) => {
      for (const viewer of this.viewers.get(symbol) ?? []) viewer.offer(text);
    }).catch(this.onFault);
  }

  /** After those that were asked for before. */
  private build(symbol: string, use: (text: string) => void): Promise<void> {
    const before = this.building.get(symbol) ?? Promise.resolve();
    const built = before.catch(() => undefined).then(async () => use(JSON.stringify(await this.assets.state(symbol))));
    this.building.set(symbol, built);
    return built;
  }
}
