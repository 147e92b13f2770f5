import type { MarketView } from '../model/market-view.js';
import type { Situations } from './situations.js';
import type { NewsIndex } from './news/news-index.js';

/** Most news items of a view. */
const MOST_NEWS = 12;

/** What the market alone does not say: the news, and what came of similar situations. */
export class Knowledge {
  /** `news` null: there are no feeds. */
  constructor(
    private readonly situations: Situations,
    private readonly news: { readonly index: NewsIndex; readonly maxAgeMs: number } | null,
  ) {}

  /** As known at the view's `asOf`; the flow adds it to the view before anyone is asked. Does not wait, takes milliseconds. */
  about(view: MarketView): Pick<MarketView, 'news' | 'similar'> {
    return Object.freeze({
      news: Object.freeze(this.news?.index.about({ symbol: view.instrument.symbol, asOf: view.asOf, maxAgeMs: this.news.maxAgeMs, limit: MOST_NEWS }) ?? []),
      similar: Object.freeze(this.situations.similar(view)),
    });
  }
}
