interface Held {
  count: number;
  readonly given: Promise<void>;
  readonly give: () => void;
}

/** Trades whose answer is still to be given: what is told of their orders comes after it. */
export class Answers {
  private readonly held = new Map<string, Held>();

  /** Returns what ends it, once. */
  hold(tradeId: string): () => void {
    let held = this.held.get(tradeId);
    if (!held) {
      let give = (): void => undefined;
      const given = new Promise<void>((resolve) => { give = resolve; });
      this.held.set(tradeId, (held = { count: 0, given, give }));
    }
    held.count += 1;
    const mine = held;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      mine.count -= 1;
      if (mine.count > 0) return;
      this.held.delete(tradeId);
      mine.give();
    };
  }

  /** Resolves at once where none is waited for. */
  async given(tradeId: string): Promise<void> {
    for (let held = this.held.get(tradeId); held; held = this.held.get(tradeId)) await held.given;
  }
}
