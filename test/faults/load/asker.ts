const EVERY_MS = 250;

/** Asks for analyses by HTTP, of one node after the other, and remembers the runs that it was promised. */
export class Asker {
  readonly promised = new Set<string>();
  /** Answers of another status than 202, and of none. */
  readonly refused = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private underWay = new Set<Promise<void>>();
  private turn = 0;

  constructor(private readonly urls: () => readonly string[], private readonly symbols: readonly string[]) {
    this.timer = setInterval(() => {
      if (symbols.length === 0) return;
      const one = this.ask().finally(() => this.underWay.delete(one));
      this.underWay.add(one);
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
  }

  private async ask(): Promise<void> {
    const at = this.turn++;
    const urls = this.urls();
    const url = urls[at % urls.length];
    const body = JSON.stringify({ symbol: this.symbols[at % this.symbols.length] });
    try {
      const response = await fetch(`${url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal: AbortSignal.timeout(30_000) });
      const answer = (await response.json()) as { run_id: string };
      if (response.status === 202) this.promised.add(answer.run_id);
      else this.count(String(response.status));
    } catch {
      this.count('no answer'); // the node went with it
    }
  }

  private count(what: string): void {
    this.refused.set(what, (this.refused.get(what) ?? 0) + 1);
  }
}
