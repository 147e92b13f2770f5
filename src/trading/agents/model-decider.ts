import type { ModelCaller } from '../../analysts/llm/model-caller.js';
import { cut } from '../../analysts/llm/quoted-data.js';
import type { ModelCallConfig } from '../../config/config.js';
import { agentMessages } from './agent-prompt.js';
import { agentForm } from './agent-reply.js';
import { cycleId, Decider, wait, type CycleInputs, type Decided } from './decider.js';

const LONGEST_ERROR = 1000;

/** A language model decides; where it fails, nothing is done. */
export class ModelDecider extends Decider {
  readonly name: string;

  constructor(private readonly call: ModelCallConfig, private readonly caller: Pick<ModelCaller, 'ask'>) {
    super();
    this.name = call.model;
  }

  async decide(inputs: CycleInputs, signal: AbortSignal): Promise<Decided> {
    const { agent, cycle, asOf, before: stances } = inputs;
    const symbols = inputs.symbols.map(({ instrument }) => instrument.symbol);
    const asked = await this.caller.ask({
      place: { runId: cycleId(agent.id, cycle), symbol: symbols.join(','), agentId: agent.id, step: 'agent', round: 0, asOf, requester: `agent:${agent.id}` },
      call: this.call, messages: agentMessages(this.call.prompt.text, inputs), signal,
    }, agentForm(symbols));
    if (asked.value) return { ...asked.value, error: null, stances };
    const words = cut(`nothing is decided, ${asked.reason}: ${asked.error}`, LONGEST_ERROR);
    return { reasoning: words, decisions: symbols.map((symbol) => wait(symbol, words)), error: words, stances };
  }
}
