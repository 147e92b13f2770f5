import type { AgentConfig } from '../../config/config.js';
import type { CycleDecision } from '../../model/wire/trading.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import { decisionMessage, statusMessage } from './agent-messages.js';
import { proposalKey } from './agent-proposal.js';
import type { AgentStore } from './agent-store.js';
import { cycleId } from './decider.js';
import type { AgentState } from './wire.js';

const WORDS = 'The server ended during this cycle: it counts, and what it had not proposed is not made up for';

interface Needs {
  readonly config: AgentConfig;
  readonly store: AgentStore;
  readonly writer: RoomWriter;
  readonly giveUp: AbortSignal;
}

/** Closes the cycles that a process left behind: with what of their decisions had got to the desk. */
export async function interruptedCycles({ config, store, writer, giveUp }: Needs, stateWith: (error: string) => AgentState, now: number): Promise<void> {
  for (const { cycle, as_of: asOf, status, reasoning, decisions, decided_by: by } of await store.underWay(config.id)) {
    const planned = JSON.parse(decisions) as CycleDecision[];
    const known = await store.proposed(config.accountId, planned.map(({ symbol }) => proposalKey(config.id, cycle, symbol)));
    const records = planned.map((each): CycleDecision => ({ ...each, ...known.get(proposalKey(config.id, cycle, each.symbol)) }));
    const said = [reasoning || `${by}:`, WORDS].join(' ');
    await writer.sayUntilStored({
      store: async (tx) => {
        await store.update(tx, config.id, cycle, { status: 'interrupted', reasoning: said, decisions: JSON.stringify(records), error: WORDS });
        await store.decided(tx, config.id, status === 'decided' ? asOf : null, WORDS);
      },
      messages: [decisionMessage(config.id, cycle, asOf, said, records), statusMessage(stateWith(WORDS), `${cycleId(config.id, cycle)}:status`, now)],
    }, giveUp);
  }
}
