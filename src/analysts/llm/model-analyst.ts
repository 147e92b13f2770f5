import type { ModelRole, ModelSeatConfig } from '../../config/config.js';
import type { MarketView } from '../../model/market-view.js';
import { abstain, type Opinion } from '../../model/opinion.js';
import type { Analyst, Question } from '../analyst.js';
import type { ModelCaller } from './model-caller.js';
import { idsOf, seatMessages } from './prompts.js';

/** Who sees news; whose whole matter it is has none without. */
const SEES_NEWS: Readonly<Record<ModelRole, 'no' | 'yes' | 'needs'>> = { technical: 'no', sentiment: 'needs', news: 'needs', fundamental: 'yes', risk: 'yes' };
const LEAST_CANDLES = 50;

/** A seat that a language model takes. */
export class ModelAnalyst implements Analyst {
  readonly kind = 'model';
  readonly id: string;
  readonly name: string;
  readonly weight: number;
  readonly faultDomain: string;
  readonly warmUp = LEAST_CANDLES;
  readonly source: string;

  constructor(private readonly seat: ModelSeatConfig, private readonly caller: ModelCaller) {
    const { id, name, weight, family, model, provider, prompt } = seat;
    this.id = id;
    this.name = name;
    this.weight = weight;
    this.faultDomain = `model:${family}`;
    this.source = `${model} by ${provider}, asked with ${prompt.path}`;
  }

  opine(view: MarketView, signal: AbortSignal, { runId, requester, deadline }: Question): Opinion | Promise<Opinion> {
    const { seat } = this;
    if (view.candles.length < LEAST_CANDLES) return abstain('WARMING_UP', `${view.candles.length} of ${LEAST_CANDLES} closed candles.`);
    const sees = SEES_NEWS[seat.role];
    if (sees === 'needs' && view.news.length === 0) return abstain('NO_DATA', `No news of ${view.instrument.symbol}.`);
    const withNews = sees !== 'no' && view.news.length > 0;
    const opinion = this.caller.opinion({
      place: { runId, symbol: view.instrument.symbol, agentId: seat.id, step: 'analyst', round: 0, asOf: view.asOf, requester },
      call: seat, messages: seatMessages(seat.prompt.text, view, withNews), ids: idsOf(view, withNews), deadline, signal,
    });
    return withNews ? opinion.then((said) => ({ ...said, untrusted: true })) : opinion;
  }
}
