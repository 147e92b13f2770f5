import { CodedError } from '../../model/codes.js';
import { Conflation } from '../../rooms/conflation.js';
import type { AssetBoards, Viewer } from '../../trading/assets/asset-boards.js';
import type { Assets } from '../../trading/assets/assets.js';

const EVERY_MS = 1000;

interface Seen extends Viewer {
  readonly conflation: Conflation<string>;
}

/** The assets that one connection looks at; after a change it gets each at most once a second. */
export class WatchedAssets {
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly assets: Pick<Assets, 'symbol'>, private readonly boards: AssetBoards, private readonly send: (text: string) => void) {}

  /** The state follows at once, again where it is looked at already. @throws CodedError NOT_FOUND, NOT_READY */
  async join(asked: string): Promise<void> {
    const symbol = this.assets.symbol(asked);
    if (!this.seen.has(symbol)) {
      const viewer = this.viewer();
      this.seen.set(symbol, viewer);
      this.boards.add(symbol, viewer);
    }
    await this.show(symbol);
  }

  leave(symbol: string): void {
    const viewer = this.seen.get(symbol);
    if (!viewer) return;
    this.seen.delete(symbol);
    this.boards.remove(symbol, viewer);
    viewer.conflation.drop();
  }

  leaveAll(): void {
    for (const symbol of [...this.seen.keys()]) this.leave(symbol);
  }

  /** The one that is named, else the one that is looked at. @throws CodedError NOT_FOUND, VALIDATION_ERROR */
  meant(asked: string | undefined): string {
    if (asked !== undefined) return this.assets.symbol(asked);
    const [symbol, other] = this.seen.keys();
    if (symbol !== undefined && other === undefined) return symbol;
    const message = symbol === undefined ? 'name it, or subscribe to one before' : `name the one that is meant: you look at ${[...this.seen.keys()].join(', ')}`;
    throw new CodedError('VALIDATION_ERROR', `asset: ${message}`, [{ path: 'asset', message }]);
  }

  /** Also one that is not looked at. */
  show(symbol: string): Promise<void> {
    return this.boards.show(symbol, this.seen.get(symbol) ?? { show: this.send, offer: this.send });
  }

  private viewer(): Seen {
    const conflation = new Conflation<string>(EVERY_MS, this.send);
    return {
      conflation,
      offer: (text) => conflation.offer(text),
      show: (text) => {
        conflation.told();
        this.send(text);
      },
    };
  }
}
