import type { SeatConfig } from '../../config/config.js';
import type { MarketView } from '../../model/market-view.js';
import type { Opinion } from '../../model/opinion.js';
import type { Analyst } from '../analyst.js';
import type { Rule } from './rule.js';

/** A rule on a seat of the panel. Each rule is a fault domain of its own. */
export class RuleAnalyst implements Analyst {
  readonly kind = 'rule';
  readonly id: string;
  readonly name: string;
  readonly rule: string;
  readonly weight: number;
  readonly faultDomain: string;
  readonly warmUp: number;
  readonly source: string;
  readonly #opine: Rule['opine'];

  constructor(seat: SeatConfig, rule: Rule) {
    this.id = seat.id;
    this.name = seat.name;
    this.weight = seat.weight;
    this.faultDomain = `rules:${seat.id}`;
    this.rule = rule.rule;
    this.warmUp = rule.warmUp;
    this.source = rule.source;
    this.#opine = rule.opine;
  }

  opine(view: MarketView): Opinion {
    return this.#opine(view);
  }
}
