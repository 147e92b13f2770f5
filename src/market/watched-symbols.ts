/** Which symbols somebody watches, anywhere in the cluster. */
export abstract class WatchedSymbols {
  /** `symbol` in its wire spelling. Called for many ticks; must be cheap. */
  abstract isWatched(symbol: string): boolean;
}
