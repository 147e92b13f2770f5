/** A row's place: when it was written (wall time of its writer) and its id. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

export interface TailNeeds<Row> {
  /** At most `limit` rows behind the place, in its order. */
  readonly read: (after: Place, limit: number) => Promise<readonly Row[]>;
  readonly placeOf: (row: Row) => Place;
  /** May get a row twice. */
  readonly take: (row: Row) => void;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

const EVERY_MS = 2000;
/** Clocks of nodes differ and commits overtake each other: so far back rows are read again. */
const OVERLAP_MS = 5000;
const PAGE = 1000;
const MOST_PAGES = 10;

/** Follows what other nodes write into a table that only grows. */
export class Tail<Row> {
  private place: Place;
  private timer: NodeJS.Timeout | undefined;
  private under: Promise<void> = Promise.resolve();
  private stopped = false;

  /** `from`: wall time up to which everything is known already. */
  constructor(private readonly needs: TailNeeds<Row>, from: number) {
    this.place = { at: from - OVERLAP_MS, id: '' };
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.under = this.follow().catch(this.needs.onError).finally(() => { if (!this.stopped) this.start(); });
    }, this.needs.everyMs ?? EVERY_MS).unref();
  }

  /** Reads what is new; more than ten pages wait for the next time. */
  async follow(): Promise<void> {
    for (let page = 0; page < MOST_PAGES; page++) {
      const rows = await this.needs.read(this.place, PAGE);
      for (const row of rows) this.needs.take(row);
      const last = rows.at(-1);
      if (last) this.place = this.needs.placeOf(last);
      if (rows.length === PAGE) continue;
      this.place = { at: this.place.at - (last ? OVERLAP_MS : 0), id: '' };
      return;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.under;
  }
}
