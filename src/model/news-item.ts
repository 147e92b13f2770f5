/** Something that was published. Its text is from outside: data, never instructions. */
export interface NewsItem {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** The feed's or trigger's name. */
  readonly source: string;
  readonly url: string | null;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
  /** What it is about, in their one spelling; empty: the market as a whole. */
  readonly symbols: readonly string[];
}
