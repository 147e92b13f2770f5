import type { Config } from '../../config/config.js';
import type { Budget } from '../../journal/budget.js';
import type { CallLog } from '../../journal/call-log.js';
import type { Analyst } from '../analyst.js';
import type { Deliberation } from '../deliberation.js';
import { Debate } from './debate.js';
import { ModelAnalyst } from './model-analyst.js';
import { ModelCaller } from './model-caller.js';
import type { ModelEndpoint } from './model-endpoint.js';
import { OpenAiEndpoint } from './model-endpoint.openai.js';
import { ReplayEndpoint } from './model-endpoint.replay.js';
import { Provider } from './provider.js';

export interface ModelNeeds {
  readonly log: CallLog;
  readonly budget: Budget;
  readonly onFault: (error: unknown) => void;
  readonly onBreaker?: (provider: string, open: boolean) => void;
}

export interface Models {
  readonly analysts: readonly Analyst[];
  readonly deliberation: Deliberation | null;
  /** For what is asked beside runs. */
  readonly caller: ModelCaller;
}

/** The seats that models take, and who argues over them: asked live, or out of the log where the configuration says so. */
export function modelAnalysts(config: Pick<Config, 'models' | 'panel'>, { log, budget, onFault, onBreaker }: ModelNeeds): Models {
  const { mode } = config.models;
  if (mode === 'replay') return recordedModels(config, log);
  return models(config, onFault, {
    endpointOf: (provider) => new OpenAiEndpoint(provider, () => performance.now()), books: { budget, log }, storedFirst: mode === 'record', ...(onBreaker && { onBreaker }),
  });
}

/** The same seats, answering from the log alone; of one run, where that is given. */
export function recordedModels(config: Pick<Config, 'models' | 'panel'>, log: Pick<CallLog, 'recorded'>, runId?: string): Models {
  const endpoint = new ReplayEndpoint(log, runId);
  return models(config, () => {}, { endpointOf: () => endpoint, books: null, storedFirst: false });
}

interface Way {
  readonly endpointOf: (provider: Config['models']['providers'][number]) => ModelEndpoint;
  readonly books: { readonly budget: Budget; readonly log: CallLog } | null;
  readonly storedFirst: boolean;
  readonly onBreaker?: (provider: string, open: boolean) => void;
}

function models({ models: { providers, prices, debate }, panel }: Pick<Config, 'models' | 'panel'>, onFault: (error: unknown) => void, { endpointOf, books, storedFirst, onBreaker }: Way): Models {
  const clock = (): number => performance.now();
  const caller = new ModelCaller({
    providers: new Map(providers.map((provider) => [provider.name, new Provider(provider, endpointOf(provider), onBreaker)])),
    prices, books, storedFirst, clock, wallClock: () => Date.now(), random: () => Math.random(), onFault,
  });
  return {
    caller,
    analysts: panel.seats.flatMap((seat) => (seat.kind === 'model' ? [new ModelAnalyst(seat, caller)] : [])),
    deliberation: debate && new Debate(debate, caller, clock),
  };
}
