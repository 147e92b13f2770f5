import type { TriggerKind } from '../../model/wire/groups.js';
import type { Flaw } from '../answer.js';
import { ConfigFields } from './config-fields.js';
import { checkFeed, type FeedConfig } from './kinds/feed.js';
import { checkIndicator, type IndicatorConfig, type IndicatorNames } from './kinds/indicator.js';
import { checkPriceMove, type PriceMoveConfig } from './kinds/price-move.js';
import { checkSchedule, type ScheduleConfig } from './kinds/schedule.js';
import { checkSignal, type SignalConfig } from './kinds/signal.js';
import { checkWebhook, type WebhookConfig } from './kinds/webhook.js';

/** Of every kind: what its events say. Fields are as on the wire. */
export interface CommonConfig {
  /** Names of groups; of an outside trigger nothing but a note, as its frames name them. */
  readonly targets: readonly string[];
  readonly priority: number;
  readonly tags: readonly string[];
}

export interface TriggerConfigs {
  readonly price_move: PriceMoveConfig;
  readonly indicator: IndicatorConfig;
  readonly signal: SignalConfig;
  readonly schedule: ScheduleConfig;
  readonly feed: FeedConfig;
  readonly webhook: WebhookConfig;
  readonly external: object;
}

export interface CheckedConfig<Kind extends TriggerKind = TriggerKind> {
  /** With defaults, to be stored; meaningless where there are flaws. */
  readonly config: CommonConfig & TriggerConfigs[Kind];
  readonly flaws: readonly Flaw[];
}

const CHECKS: { readonly [Kind in TriggerKind]: (fields: ConfigFields, market: IndicatorNames) => TriggerConfigs[Kind] } = {
  price_move: checkPriceMove, indicator: checkIndicator, signal: checkSignal, schedule: checkSchedule, feed: checkFeed, webhook: checkWebhook, external: () => ({}),
};

/** What each kind of trigger may be told. A configuration that was checked passes again as it is. */
export class TriggerKinds {
  constructor(private readonly market: IndicatorNames) {}

  /** Every flaw has its path, `config.…`, and says what would be right. */
  check<Kind extends TriggerKind>(kind: Kind, config: unknown): CheckedConfig<Kind> {
    const flaws: Flaw[] = [];
    const given = typeof config === 'object' && config !== null && !Array.isArray(config) ? config as Readonly<Record<string, unknown>> : null;
    if (!given) flaws.push({ path: 'config', message: `must be an object with what a trigger of kind ${kind} needs` });
    const fields = new ConfigFields(given ?? {}, flaws);
    const common: CommonConfig = {
      targets: kind === 'external' ? fields.textsOr('targets', 1000, 200) : fields.texts('targets', 1000, 200),
      priority: fields.integer('priority', 1, 10, 5),
      tags: fields.textsOr('tags', 20, 40),
    };
    const own: TriggerConfigs[Kind] = CHECKS[kind](fields, this.market);
    fields.end();
    return { config: { ...common, ...own }, flaws: given ? flaws : flaws.slice(0, 1) };
  }
}
